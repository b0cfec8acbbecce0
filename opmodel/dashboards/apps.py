from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "opmodel.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from opmodel.dashboards.reports import jobs  # noqa: F401 - it registers its job handler
