from django.urls import path

from opmodel.api import pages

urlpatterns = [
    path("", pages.tokens, name="tokens"),
    path("<str:public_id>/end/", pages.token_end, name="token-end"),
]
