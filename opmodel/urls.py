from django.urls import include, path

from opmodel import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("opmodel.organisations.account_urls")),
    path("dashboard/", include("opmodel.dashboards.urls")),
    path("api/", include("opmodel.api.urls")),
    path("organisation/tokens/", include("opmodel.api.token_urls")),
    path("", include("assessments.urls")),
]
