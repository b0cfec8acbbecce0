"""Sign-in rules of allauth: nobody signs up alone, people arrive by invitation; what it says is said in our words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_noop

from opmodel.organisations.language import language_of
from opmodel.organisations.middleware import first_organisation

# Sentences of allauth that people meet here. Its own German says "du" in some and "Sie" in others: ours goes first.
SAID_BY_ALLAUTH = (
    gettext_noop("Please type your current password."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("Password successfully changed."),
    gettext_noop("Password successfully set."),
)


class ClosedSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Keep which organisation this person works in: no page need ask for it again."""
        request.session["organisation"] = first_organisation(user.pk)
        return super().post_login(request, user, **more)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail in the language of its reader, who need not be the one in front of the browser."""
        reader = context.get("user")
        with translation.override((reader and language_of(reader)) or translation.get_language()):
            super().send_mail(template_prefix, email, context)
