"""Who runs the installation: a role is given or taken by whoever stands at the machine, and the audit of people notes it."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from opmodel.organisations.models import Member, User
from opmodel.organisations.permissions import InstallationRole
from opmodel.organisations.tenancy import acting_as


class NotGiven(ValueError):
    """The role was neither given nor taken; says why."""


def person(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip()).first()


@transaction.atomic
def give(*, email: str, role: InstallationRole, password: str = "", name: str = "") -> User:
    """Give a role; an address without an account gets one with this name and password. Raises NotGiven."""
    known = person(email)
    if known is None:
        return _new(email.strip(), role, password, name.strip())
    user = User.objects.select_for_update().get(pk=known.pk)
    if not user.is_active:
        raise NotGiven(_("The account of %(email)s is switched off.") % {"email": user.email})
    with acting_as(user.pk):
        if Member.objects.filter(user_id=user.pk).exists():
            text = _(
                "%(email)s is a member of an organisation. Roles of the installation need an account of their own."
            )
            raise NotGiven(text % {"email": user.email})
    User.objects.filter(pk=user.pk).update(installation_role=role)
    user.refresh_from_db()
    return user


@transaction.atomic
def take(*, email: str, role: InstallationRole) -> User:
    """Take a role back; the account stays, and holds no other. Raises NotGiven."""
    user = User.objects.select_for_update().filter(email__iexact=email.strip(), installation_role=role).first()
    if user is None:
        raise NotGiven(_("%(email)s does not have this role.") % {"email": email})
    User.objects.filter(pk=user.pk).update(installation_role="")
    user.refresh_from_db()
    return user


def _new(email: str, role: InstallationRole, password: str, name: str) -> User:
    try:
        validate_email(email)
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise NotGiven(" ".join(error.messages)) from error
    return User.objects.create_user(email, password, name=name, installation_role=role)
