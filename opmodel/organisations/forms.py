"""Forms about people: invite one, join, a list of many."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opmodel.organisations.models import User
from opmodel.organisations.permissions import MAY_INVITE, ROLE_NAMES, Role

MAX_TEXT = 300_000  # characters: a thousand rows as long as they may be


class SiteChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, site: Any) -> str:
        return f"{site.name}, {site.region}" if site.region else site.name


class NameField(forms.CharField):
    """A person's name in one line, without signs nobody sees."""

    def __init__(self, **more: Any) -> None:
        super().__init__(label=gettext_lazy("Name"), max_length=120, **more)

    def clean(self, value: Any) -> str:
        name = " ".join(super().clean(value).split())
        if not name.isprintable():
            raise forms.ValidationError(_("There is an invisible character in it. Type it anew."))
        return name


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)
    name = NameField(required=False, help_text=gettext_lazy("The mail greets by it; can be left empty."))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)
    sites = SiteChoice(
        label=gettext_lazy("Sites"),
        help_text=gettext_lazy("The sites a plant manager answers for; other roles need none."),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
    )

    def __init__(self, *args: Any, role: Role, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        may = MAY_INVITE.get(role, frozenset())
        # Most invitations go to plant managers: they come first.
        order = sorted(may, key=lambda r: (r != Role.PLANT_MANAGER, list(Role).index(r)))
        self.fields["role"].choices = [(r.value, ROLE_NAMES[r]) for r in order]
        self.fields["sites"].queryset = sites


class JoinForm(forms.Form):
    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 8 characters; common passwords are refused."),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Password once more"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                password_validation.validate_password(first, User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class ListForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("The list"),
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "wrap": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        allow_empty_file=True,  # refused in our own words
        help_text=gettext_lazy("CSV or Excel; its first sheet is read."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
