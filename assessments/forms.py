"""Forms of the cycle pages; items of the questionnaire have their own checks in `items`."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from benchmarks.models import Dataset
from opmodel.organisations.models import Site


class SiteChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, site: Any) -> str:
        return f"{site.name}, {site.region}" if site.region else site.name


class CycleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For example “Assessment 2026”."))
    opens_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    closes_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Answers are accepted until the end of this day in your organisation's time zone."),
    )
    sites = SiteChoice(
        label=_("Sites to ask"),
        queryset=Site.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
        error_messages={"required": _("Choose at least one site.")},
    )
    dataset = forms.ModelChoiceField(
        label=_("Peer data"),
        help_text=_("Illustrative peers are made up: they show how a comparison works."),
        queryset=Dataset.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("No comparison with peers"),
    )

    def __init__(self, *args: Any, sites: Any, datasets: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["sites"].queryset = sites
        self.fields["dataset"].queryset = datasets

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("opens_on"), cleaned.get("closes_on")
        today = timezone.localdate()
        for name, day in (("opens_on", first), ("closes_on", last)):
            if day and abs(day.year - today.year) > 10:
                self.add_error(name, _("Choose a day within ten years from now."))
        if last and last < today:
            self.add_error("closes_on", _("The last day lies in the past: nobody could answer."))
        elif first and last and last < first:
            self.add_error("closes_on", _("The last day must not lie before the first day."))
        return cleaned
