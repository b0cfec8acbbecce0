from django.urls import include, path

from opmodel import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("opmodel.organisations.account_urls")),
    path("dashboard/", include("opmodel.dashboards.urls")),
    path("", include("assessments.urls")),
]
