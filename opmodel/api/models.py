"""Tokens: hashed, of one person in one organisation."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken

from opmodel.organisations.models import Organisation, User


# The audit says who made and ended which token, never anything a token could be recognised by (the key is its digest).
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    exclude=["digest", "token_key", "last_used_at", "last_used_from"],
    obj_field=None,
)
class ApiToken(AbstractAuthToken):
    """Never stronger than its owner's membership, which is asked again at every request."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    name = models.CharField(max_length=80)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    # Nothing named means all: names of tables and other readings (opmodel.api.tokens.SCOPES), public ids of cycles.
    tables = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    cycles = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expiry is not None and self.expiry <= timezone.now()
