from django.urls import path

from opmodel.dashboards import comparison, explain, facts, gallery, internal, method, published, trend, views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("sites/", views.sites, name="dashboard-sites"),
    path("sites/compare/", internal.plants, name="dashboard-plants"),
    path("sites/compare/<str:measure>/", internal.one_measure, name="dashboard-plants-measure"),
    path("peers/", comparison.peers, name="dashboard-peers"),
    path("peers/releases/", comparison.releases, name="dashboard-peers-releases"),
    path("peers/<str:measure>/", comparison.measure, name="dashboard-peers-measure"),
    path("trend/", trend.page, name="dashboard-trend"),
    path("published/", published.page, name="dashboard-published"),
    path("perception/", views.perception, name="dashboard-perception"),
    path("priorities/", views.priorities, name="dashboard-priorities"),
    path("method/", method.page, name="dashboard-method"),
    path("facts/", facts.page, name="dashboard-facts"),
    path("figures/<slug:code>.csv", gallery.download, name="dashboard-figure"),
    path("explain/<pid:public_id>/<str:measure>/", explain.explain, name="explain"),
]
