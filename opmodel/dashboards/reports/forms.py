"""What is asked of whoever wants a report."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assessments.models import Report
from assessments.ranking import PRESETS, REFERENCES

KINDS = {
    Report.Kind.DECK: _("Board deck (PowerPoint)"),
    Report.Kind.REPORT: _("Report (PDF)"),
    Report.Kind.WORKBOOK: _("All figures (Excel)"),
    Report.Kind.SITE: _("One plant on one page (PDF)"),
}
Choices = Sequence[tuple[str, str]]


class WholeForm(forms.Form):
    """A report about the whole organisation; `cycles` are those that are scored."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[(k, v) for k, v in KINDS.items() if k != Report.Kind.SITE], widget=forms.RadioSelect
    )
    cycle = forms.ChoiceField(label=_("Cycle"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    preset = forms.ChoiceField(label=_("Weights of the ranking"), choices=PRESETS.items())
    reference = forms.ChoiceField(label=_("Gaps are measured against"), choices=REFERENCES.items())

    def __init__(self, *args: Any, cycles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["cycle"].choices = cycles


class SiteForm(forms.Form):
    """The page of one plant; `sites` are the surveys that are scored, by their ids."""

    kind = forms.CharField(widget=forms.HiddenInput, initial=Report.Kind.SITE)
    survey = forms.ChoiceField(label=_("Plant"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", auto_id="site_%s", **kwargs)
        self.fields["survey"].choices = sites
