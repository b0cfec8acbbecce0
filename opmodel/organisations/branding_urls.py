from django.urls import path

from opmodel.organisations.views import branding

urlpatterns = [
    path("", branding.page, name="branding"),
    path("logo/", branding.logo, name="branding-logo"),
]
