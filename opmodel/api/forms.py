"""The form of the token page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments import selectors
from opmodel.api.tokens import MAX_DAYS, NAME_LENGTH, SCOPES
from opmodel.organisations.models import Member


class TokenForm(forms.Form):
    """Name and lifetime of a new token, and what it is limited to."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("What will use it, for example “Power BI”."),
        error_messages={"required": _("Give the token a name, so that you know later what it is for.")},
    )
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        help_text=_("1 to 365. After that day tools stop reading until you create a new one."),
        error_messages={
            "required": _("Say for how many days, 1 to 365."),
            "invalid": _("Write a whole number of days, 1 to 365."),
            "min_value": _("A token lives at least 1 day."),
            "max_value": _("A token lives at most 365 days."),
        },
    )
    tables = forms.MultipleChoiceField(
        label=_("Tables"),
        required=False,
        choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only these; all of them when none is ticked."),
        error_messages={"invalid_choice": _("Choose tables from the list.")},
    )
    cycles = forms.MultipleChoiceField(
        label=_("Cycles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only these; all of them, and those to come, when none is ticked."),
        error_messages={"invalid_choice": _("Choose cycles from the list.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.cycles(member).values_list("public_id", "name")
        self.fields["cycles"].choices = list(rows)  # type: ignore[attr-defined]
