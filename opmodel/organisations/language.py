"""The language a person reads: kept with the account, or in a cookie for whoever has none; else what the browser asks for."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from opmodel.organisations.models import User

AS_THE_BROWSER = ""


def language_of(user: User) -> str:
    """The language a person chose, as far as we still speak it; "" when the browser decides."""
    return user.language if user.language in dict(settings.LANGUAGES) else AS_THE_BROWSER


@transaction.atomic
def choose_language(*, by: User, language: str) -> None:
    """Keep the language a person wants to read; "" leaves it to the browser. Raises ValueError for an unknown one."""
    if language not in (AS_THE_BROWSER, *dict(settings.LANGUAGES)):
        raise ValueError(f"there is no language {language!r} here")
    User.objects.filter(pk=by.pk).update(language=language)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[(AS_THE_BROWSER, gettext_lazy("As the browser asks")), *settings.LANGUAGES],
        widget=forms.RadioSelect,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language, and go back to where one came from."""
    user = request.user if request.user.is_authenticated else None
    now = language_of(user) if user else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, AS_THE_BROWSER)
    form = LanguageForm(request.POST or None, initial={"language": now, "next": request.GET.get("next", "")})
    if not form.is_valid():
        return render(request, "account/language.html", {"form": form}, status=400 if form.is_bound else 200)
    chosen, then = form.cleaned_data["language"], form.cleaned_data["next"]
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()):
        then = reverse("home" if user else "account_login")
    response: HttpResponse = HttpResponseRedirect(then)  # an address, never the name of a view
    if user:
        choose_language(by=user, language=chosen)
        with translation.override(chosen or translation.get_language()):
            messages.success(request, _("Your language is saved."))
    elif chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE)
    return response
