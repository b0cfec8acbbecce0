from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "opmodel.organisations"
    label = "organisations"
