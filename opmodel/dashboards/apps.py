from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "opmodel.dashboards"
    label = "dashboards"
