from django.urls import include, path, register_converter

from opmodel import health, offline
from opmodel.api.single import Chart, Charts
from opmodel.dashboards import gallery
from opmodel.keys import PublicId

register_converter(PublicId, "pid")  # before the addresses that use it are read

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("sw.js", offline.service_worker, name="service-worker"),
    path("offline/", offline.offline, name="offline"),
    path("accounts/", include("opmodel.organisations.account_urls")),
    path("dashboard/", include("opmodel.dashboards.urls")),
    path("plan/", include("assessments.plan_urls")),
    path("reports/", include("opmodel.dashboards.reports.urls")),
    path("api/v1/charts/", Charts.as_view(codes=gallery.codes), name="api-charts"),
    path("api/v1/charts/<slug:code>/", Chart.as_view(made=gallery.made), name="api-chart"),
    path("api/", include("opmodel.api.urls")),
    path("odata/v4/", include("opmodel.api.odata.service")),
    path("organisation/people/", include("opmodel.organisations.people_urls")),
    path("organisation/branding/", include("opmodel.organisations.branding_urls")),
    path("organisation/connect/", include("opmodel.api.connect_urls")),
    path("organisation/tokens/", include("opmodel.api.token_urls")),
    path("benchmarks/", include("benchmarks.urls")),
    path("", include("assessments.urls")),
]
