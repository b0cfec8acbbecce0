"""The few pages of allauth that are offered: people arrive by invitation, so there is no sign-up."""

from allauth.account import views
from django.urls import path, re_path

from opmodel.organisations.language import language
from opmodel.organisations.views.here import here
from opmodel.organisations.views.joining import join

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("language/", language, name="language"),
    path("here/", here, name="here"),
    path("logout/", views.logout, name="account_logout"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("invitations/<str:token>/", join, name="join"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    # The first hyphen parts the two: the key holds more of them.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
