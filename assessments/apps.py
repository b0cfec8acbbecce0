from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from assessments import peer_measures, pipeline  # noqa: F401 - they register themselves
