"""Who: people, organisations, sites, memberships."""

import hashlib
from functools import cached_property
from typing import Any
from zoneinfo import available_timezones

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from opmodel.files.models import StoredFile
from opmodel.keys import new_public_id
from opmodel.organisations.permissions import InstallationRole, Role, role_name
from opmodel.organisations.tenancy import Parent, TenantModel, audited


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


# The audit names people by number, so that a person can be erased.
@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["email", "name", "password", "last_login"])
class User(AbstractBaseUser):
    """A person; what they may do hangs on memberships and, outside any organisation, on installation roles."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(_("language"), max_length=8, blank=True, default="")  # "": as the browser asks
    installation_role = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[("", "-"), *((r.value, r.value) for r in InstallationRole)],
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    is_staff = False
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ci")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    @property
    def browser_key(self) -> str:
        """What a browser files this person's pages and unsent answers under: opaque, the same while the account exists.

        Not made with SECRET_KEY: what waits in a browser must be found again after that was changed.
        """
        return hashlib.sha256(f"{self.pk} {self.created_at.isoformat()}".encode()).hexdigest()[:32]


def known_timezone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone such as Europe/Berlin."), params={"value": value})


@audited
class Organisation(models.Model):
    """A tenant: one enterprise, with the segments peers are compared by (item E-N1)."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=160)
    legal_group = models.CharField(max_length=160, blank=True, default="")
    verified_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_timezone])
    currency = models.CharField(max_length=3, default="EUR")
    industry = models.CharField(max_length=8, blank=True, default="")
    region = models.CharField(max_length=40, blank=True, default="")
    size_band = models.CharField(max_length=20, blank=True, default="")
    process_type = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="organisation_currency"),
            models.CheckConstraint(condition=~models.Q(name=""), name="organisation_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def segments(self) -> dict[str, str]:
        return {
            "industry": self.industry,
            "region": self.region,
            "size_band": self.size_band,
            "process_type": self.process_type,
        }


@audited
class Site(TenantModel):
    """A plant with production."""

    name = models.CharField(_("name"), max_length=120)
    region = models.CharField(_("region"), max_length=60, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["region", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="site_name_once")]

    def __str__(self) -> str:
        return self.name


@audited
class Member(TenantModel):
    """A person in an organisation, with one role; plant managers hold named sites."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    sites = models.ManyToManyField(Site, through="MemberSite", related_name="members")
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @cached_property
    def site_ids(self) -> frozenset[int]:
        return frozenset(self.membersite_set.values_list("site_id", flat=True))

    @property
    def role_label(self) -> str:
        return role_name(self.role)


@audited
class MemberSite(TenantModel):
    """The sites a plant manager answers for."""

    member = Parent(Member)
    site = Parent(Site)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "site"], name="member_site_once")]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["email", "name", "token_hash"]
)
class Invitation(TenantModel):
    """A single-use way in: bound to one address, one organisation and one role; of the token only a hash is kept."""

    email = models.EmailField(_("email address"))
    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    language = models.CharField(max_length=8, blank=True, default="")
    sites = models.ManyToManyField(Site, through="InvitationSite", related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
            ),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="invitation_role_known"),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="invitation_ended_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.role}"


@audited
class InvitationSite(TenantModel):
    """The sites a person will answer for once the invitation is accepted."""

    invitation = Parent(Invitation)
    site = Parent(Site)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invitation", "site"], name="invitation_site_once")]


@audited
class Branding(TenantModel):
    """How the reports of an organisation look: its logo and one colour; nothing chosen is the look of the product."""

    logo = Parent(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    accent = models.CharField(max_length=7, blank=True, default="")  # "#rrggbb", dark enough to be read on white

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="branding_once"),
            models.CheckConstraint(
                condition=models.Q(accent="") | models.Q(accent__regex="^#[0-9a-f]{6}$"), name="branding_accent"
            ),
        ]

    def __str__(self) -> str:
        return self.accent


class Tombstone(models.Model):
    """What was deleted, for readers who refresh step by step; written by the delete trigger only."""

    organisation_id = models.BigIntegerField()
    table_name = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    public_id = models.CharField(max_length=20, blank=True, default="")
    deleted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "table_name", "deleted_at"], name="tombstone_reader")]
