"""What the mail of an invitation needs: its link, made when the mail is drawn, and the role in the reader's language."""

from django import template

from opmodel.organisations import invitations, permissions

register = template.Library()


@register.filter
def joining_path(public_id: str) -> str:
    return invitations.path_of(public_id)


@register.filter
def role_name(role: str) -> str:
    return permissions.role_name(role)
