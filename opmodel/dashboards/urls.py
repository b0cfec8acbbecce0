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
from opmodel.dashboards.sites import beside, best, learning, modernisation, pages, site

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("sites/", pages.entrance, name="dashboard-sites"),
    path("sites/map/", modernisation.page, name="dashboard-sites-map"),
    path("sites/best/", best.page, name="dashboard-sites-best"),
    path("sites/beside/", beside.page, name="dashboard-sites-beside"),
    path("sites/compare/", internal.plants, name="dashboard-plants"),
    path("sites/compare/<str:measure>/", internal.one_measure, name="dashboard-plants-measure"),
    path("sites/<pid:public_id>/", site.page, name="dashboard-site"),
    path("sites/<pid:public_id>/<str:measure>/", learning.page, name="dashboard-site-dimension"),
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
