from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "opmodel.files"
    label = "files"
