from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "opmodel.organisations"
    label = "organisations"

    def ready(self) -> None:
        from opmodel.organisations import mail  # noqa: F401 - registers its job handler
