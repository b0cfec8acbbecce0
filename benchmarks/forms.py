"""Forms of the benchmark steward: a file with its provenance, a release, the reason to withdraw one."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from benchmarks.models import Dataset, Import
from benchmarks.settings import method_section
from opmodel.files.recognising import PEER_FILES, accept

REAL, MADE_UP = "real", "illustrative"


def one_line(label: Any, of: type, field: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=of._meta.get_field(field).max_length, **more)


class ImportForm(forms.Form):
    """A file of peer records and where it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, allow_empty_file=True
    )  # refused in our own words
    dataset_name = one_line(
        gettext_lazy("Dataset"), Dataset, "name",
        help_text=gettext_lazy("A new name, or one that exists: further records are added to it."),
        widget=forms.TextInput(attrs={"list": "datasets", "autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("What is in it"),
        choices=[
            (REAL, gettext_lazy("Real companies")),
            (MADE_UP, gettext_lazy("Made-up companies, marked as illustrative everywhere")),
        ],
        widget=forms.RadioSelect,
    )
    source = one_line(
        gettext_lazy("Source"), Import, "source",
        help_text=gettext_lazy("Who collected it. The names of the columns are kept for the next file of this source."),
    )  # fmt: skip
    collected = one_line(
        gettext_lazy("How it was collected"), Import, "collected", required=False,
        help_text=gettext_lazy("For example: interviews, one a company, by two raters."),
    )  # fmt: skip
    period = one_line(
        gettext_lazy("Period"), Import, "period", required=False,
        help_text=gettext_lazy("Left empty, it is taken from the dates in the file."),
    )  # fmt: skip
    licence = one_line(gettext_lazy("Licence"), Import, "licence", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        file = self.fields["file"]
        file.help_text = _("CSV in UTF-8, Excel or Parquet, at most %(n)s MB. It is kept for a day at most.") % {
            "n": settings.PEERS_MAX_MB
        }
        file.widget.attrs["accept"] = accept(PEER_FILES)

    def given(self) -> dict[str, Any]:
        """The arguments of `cards.receive`, but the file."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("file", "kind")}
        return {**values, "illustrative": self.cleaned_data["kind"] == MADE_UP}


class ReleaseForm(forms.Form):
    as_of = forms.DateField(
        label=gettext_lazy("Records as of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", initial={"as_of": localdate()}, **kwargs)
        self.fields["as_of"].help_text = _("Records that are older than %(n)s months on this day stay out.") % {
            "n": method_section().max_age_months
        }


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
