"""Forms of planned actions: what whoever plans sets, what an owner reports, and what each step asks for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.forms import check_day, day
from assessments.models import PlannedAction


class OwnerChoice(forms.ModelChoiceField):
    def label_from_instance(self, member: Any) -> str:
        return f"{member.user.get_full_name()} · {member.role_label}"


def amount(label: Any) -> forms.DecimalField:
    """An amount of money; `step` keeps the browser from refusing cents."""
    return forms.DecimalField(
        label=label, max_digits=14, decimal_places=2, required=False, widget=forms.NumberInput(attrs={"step": "any"})
    )


def paragraph(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": 4}), **more)


class Timed(forms.Form):
    """A form of a page whose organisation has a day of its own."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.today = today


class ReportForm(Timed):
    """What the owner of an action writes down about it."""

    notes = paragraph(gettext_lazy("Notes"), 4000, required=False)
    benefit_realised = amount(gettext_lazy("Realised benefit"))

    def __init__(self, *args: Any, currency: str, done: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("benefit_expected", "benefit_realised"):
            if name in self.fields:
                self.fields[name].help_text = _("In %(currency)s, over a year.") % {"currency": currency}
        if done:
            self.fields["shown_by"] = paragraph(gettext_lazy("What shows that it is done"), 1000)


class PlanForm(ReportForm):
    """All of a planned action, for whoever plans."""

    owner = OwnerChoice(
        label=gettext_lazy("Owner"),
        queryset=None,
        required=False,
        to_field_name="public_id",
        empty_label=gettext_lazy("Nobody yet"),
    )
    wave = forms.TypedChoiceField(label=gettext_lazy("Wave"), coerce=int)
    starts_on = day(gettext_lazy("First day"))
    due_on = day(gettext_lazy("Due on"))
    effort_days = forms.IntegerField(
        label=gettext_lazy("Effort in person-days"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("Begins with the upper end of its effort class; write your own figure over it."),
    )
    benefit_expected = amount(gettext_lazy("Expected benefit"))
    field_order = (
        "owner",
        "wave",
        "starts_on",
        "due_on",
        "effort_days",
        "benefit_expected",
        "benefit_realised",
        "notes",
    )

    def __init__(self, *args: Any, owners: Any, waves: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners
        self.fields["wave"].choices = [(n, f"{n} · {name}") for n, name in waves.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("starts_on", "due_on"):
            check_day(self, name)
        return cleaned


class FinishForm(Timed):
    done_on = day(gettext_lazy("Done on"))
    shown_by = paragraph(
        gettext_lazy("What shows that it is done"),
        1000,
        help_text=gettext_lazy("A report, a figure, where it can be seen."),
    )
    benefit_realised = amount(gettext_lazy("Realised benefit"))


class DropForm(Timed):
    reason = forms.CharField(label=gettext_lazy("Why is it dropped?"), max_length=500)


def initial_of(row: PlannedAction) -> dict[str, Any]:
    """What the form of an action begins with."""
    names = ("wave", "starts_on", "due_on", "effort_days", "notes", "benefit_expected", "benefit_realised", "shown_by")
    return {"owner": row.owner, **{name: getattr(row, name) for name in names}}
