from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"

    def ready(self) -> None:
        from benchmarks import release_jobs  # noqa: F401 - they register their job handlers
        from benchmarks.intake import jobs  # noqa: F401
