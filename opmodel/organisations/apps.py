from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "opmodel.organisations"
    label = "organisations"

    def ready(self) -> None:
        from opmodel.organisations import mail, old_uploads  # noqa: F401 - register their job handlers
