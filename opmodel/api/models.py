"""Tokens: hashed, of one person in one organisation."""

from django.db import models
from knox.models import AbstractAuthToken

from opmodel.organisations.models import Organisation, User


class ApiToken(AbstractAuthToken):
    """Never stronger than its owner's membership, which is asked again at every request."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    last_used_at = models.DateTimeField(null=True, blank=True)
