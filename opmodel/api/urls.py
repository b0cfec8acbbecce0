from django.urls import include, path, re_path

from opmodel.api import single, views

urlpatterns = [
    path("v1/", views.Index.as_view(), name="api-index"),
    path("v1/cycles/", views.Cycles.as_view(), name="api-cycles"),
    path("v1/scores/", views.Scores.as_view(), name="api-scores"),
    path("v1/gaps/", views.Gaps.as_view(), name="api-gaps"),
    path("v1/actions/", views.Actions.as_view(), name="api-actions"),
    path("v1/figures/", views.Figures.as_view(), name="api-figures"),
    path("v1/facts/", views.Facts.as_view(), name="api-facts"),
    path("v1/explain/", single.Explain.as_view(), name="api-explain"),
    path("v1/tables/", include("opmodel.api.star.rest")),
    path("v1/bulk/", include("opmodel.api.star.bulk")),
    path("v1/schema/", views.Schema.as_view(), name="api-schema"),
    path("v1/dictionary/", views.Dictionary.as_view(), name="api-dictionary"),
    path("v1/docs/", views.Docs.as_view(), name="api-docs"),
    re_path(r"^", views.unknown, name="api-unknown"),
]
