from django.urls import path

from opmodel.api import pages

urlpatterns = [
    path("", pages.connect, name="connect"),
    path("<str:key>/", pages.connect_file, name="connect-file"),
]
