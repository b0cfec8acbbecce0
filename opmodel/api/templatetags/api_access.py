"""Whether to offer the token page."""

from django import template

from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

register = template.Library()


@register.filter
def may_use_api(member: Member | None) -> bool:
    return can(member, Permission.USE_API)
