from django.urls import path

from opmodel.dashboards import (
    alignment,
    comparison,
    facts,
    gallery,
    internal,
    method,
    perception,
    priorities,
    projecting,
    streams,
    views,
)

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("sites/", views.sites, name="dashboard-sites"),
    path("sites/compare/", internal.plants, name="dashboard-plants"),
    path("sites/compare/<str:measure>/", internal.one_measure, name="dashboard-plants-measure"),
    path("peers/", comparison.peers, name="dashboard-peers"),
    path("peers/releases/", comparison.releases, name="dashboard-peers-releases"),
    path("peers/<str:measure>/", comparison.measure, name="dashboard-peers-measure"),
    path("perception/", perception.page, name="dashboard-perception"),
    path("priorities/", priorities.page, name="dashboard-priorities"),
    path("projection/", projecting.projection, name="dashboard-projection"),
    path("projection/cheapest/", projecting.cheapest, name="dashboard-cheapest"),
    path("alignment/", alignment.page, name="dashboard-alignment"),
    path("method/", method.page, name="dashboard-method"),
    path("streams/", streams.page, name="dashboard-streams"),
    path("facts/", facts.page, name="dashboard-facts"),
    path("figures/<slug:code>.csv", gallery.download, name="dashboard-figure"),
    path("explain/<pid:public_id>/<str:measure>/", views.explain, name="explain"),
]
