from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "opmodel.jobs"
    label = "jobs"
