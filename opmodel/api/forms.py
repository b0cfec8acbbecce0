"""The form of the token page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from opmodel.api.tokens import MAX_DAYS, NAME_LENGTH


class TokenForm(forms.Form):
    """Name and lifetime of a new token."""

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
