"""Forms of the cycle pages; items of the questionnaire have their own checks in `items`."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import decimals
from assessments.models import Cycle, Questionnaire
from benchmarks.models import Dataset
from opmodel.organisations.forms import SiteChoice
from opmodel.organisations.models import Site

LEVELS = [f"{n / 2:.1f}" for n in range(2, 11)]  # 1.0 to 5.0, in the steps of item E-N6


def site_choice(label: Any) -> SiteChoice:
    unknown = gettext_lazy("One of these sites is not known here; choose from the list.")
    return SiteChoice(
        label=label,
        queryset=Site.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
        error_messages={
            "required": gettext_lazy("Choose at least one site."),
            "invalid_choice": unknown,
            "invalid_pk_value": unknown,
        },
    )


def day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class PastChoice(forms.ModelChoiceField):
    def label_from_instance(self, cycle: Any) -> str:
        return str(cycle.name)


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, questionnaire: Any) -> str:
        return str(questionnaire.version)


class CycleForm(forms.Form):
    """What a cycle is about. `opening`: it starts at once, so somebody must be asked and the last day lie ahead."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("For example “Assessment 2026”.")
    )
    opens_on = day(gettext_lazy("First day"))
    closes_on = day(
        gettext_lazy("Last day"),
        help_text=gettext_lazy("Answers are accepted until the end of this day in your organisation's time zone."),
    )
    sites = site_choice(gettext_lazy("Sites to ask"))
    target_level = forms.TypedChoiceField(
        label=gettext_lazy("Target level"),
        help_text=gettext_lazy("Holds for every dimension without a target of its own in the enterprise survey."),
        required=False,
        coerce=Decimal,
        empty_value=None,
    )
    response_target_pct = forms.IntegerField(
        label=gettext_lazy("Plants that shall hand in, in %"), min_value=1, max_value=100, required=False
    )
    prefill_from = PastChoice(
        label=gettext_lazy("Carry answers over from"),
        help_text=gettext_lazy("Each answer is offered to the one who answers now, and counts once it is confirmed."),
        queryset=Cycle.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=gettext_lazy("Nothing is carried over"),
    )
    dataset = forms.ModelChoiceField(
        label=gettext_lazy("Peer data"),
        help_text=gettext_lazy("Illustrative peers are made up: they show how a comparison works."),
        queryset=Dataset.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=gettext_lazy("No comparison with peers"),
    )
    questionnaire = VersionChoice(
        label=gettext_lazy("Version of the questions"),
        queryset=Questionnaire.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=gettext_lazy("The newest"),
    )
    reminders = forms.BooleanField(
        label=gettext_lazy("Remind people by mail 7, 3 and 1 days before the last day, and on the day"), required=False
    )

    def __init__(
        self,
        *args: Any,
        sites: Any,
        datasets: Any,
        versions: Any,
        past: Any,
        today: date,
        opening: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.today = today
        for name, rows in (
            ("sites", sites),
            ("dataset", datasets),
            ("questionnaire", versions),
            ("prefill_from", past),
        ):
            self.fields[name].queryset = rows
        self.fields["sites"].required = opening
        nothing = [("", _("No common target"))]
        self.fields["target_level"].choices = nothing + [(level, decimals.written(level)) for level in LEVELS]

    def clean_response_target_pct(self) -> int:
        return self.cleaned_data["response_target_pct"] or 100

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("opens_on"), cleaned.get("closes_on")
        for name in ("opens_on", "closes_on"):
            check_day(self, name)
        if last and last < self.today:
            self.add_error("closes_on", _("The last day lies in the past: nobody could answer."))
        elif first and last and last < first:
            self.add_error("closes_on", _("The last day must not lie before the first day."))
        return cleaned


def check_day(form: Any, name: str) -> None:
    """A year typed wrong is said at its field, before anything is asked about it."""
    found = form.cleaned_data.get(name)
    if found and abs(found.year - form.today.year) > 10:
        form.add_error(name, _("Choose a day within ten years from now."))


class StepForm(forms.Form):
    """What a step in the life of a cycle asks for; the workflow judges it."""

    def __init__(self, *args: Any, today: date, first: date | None = None, sites: Any = None, **kwargs: Any) -> None:
        """`first` is the first day a calendar offers."""
        super().__init__(*args, label_suffix="", auto_id=f"{type(self).__name__.lower()}-%s", **kwargs)
        self.today = today
        if "sites" in self.fields:
            self.fields["sites"].queryset = sites
        if first and "closes_on" in self.fields:
            self.fields["closes_on"].widget.attrs["min"] = first.isoformat()

    def clean(self) -> dict[str, Any]:
        check_day(self, "closes_on")
        return super().clean() or {}


class ExtendForm(StepForm):
    closes_on = day(gettext_lazy("New last day"))
    reason = forms.CharField(label=gettext_lazy("Reason, if you want to give one"), max_length=500, required=False)


class ReopenForm(StepForm):
    closes_on = day(gettext_lazy("New last day"))
    reason = forms.CharField(label=gettext_lazy("Why is it opened again?"), max_length=500)


class SitesForm(StepForm):
    sites = site_choice(gettext_lazy("Sites to ask as well"))


class SwitchForm(StepForm):
    on = forms.BooleanField(required=False, widget=forms.HiddenInput)


class MoreTimeForm(StepForm):
    closes_on = day(gettext_lazy("New last day"), required=False)
