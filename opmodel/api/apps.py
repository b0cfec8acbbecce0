from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "opmodel.api"
    label = "api"
