"""The pages on which people make and end their own tokens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from opmodel.api.forms import TokenForm
from opmodel.api.tokens import create_token, end_token, own_tokens
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(Permission.USE_API)
def tokens(request: HttpRequest) -> HttpResponse:
    """The own tokens; a new one is shown on the reply to its form and never again."""
    form, made, text, status = TokenForm(), None, "", 200
    if request.method == "POST":
        form = TokenForm(request.POST)
        if form.is_valid():
            made, text = create_token(by=request.member, **form.cleaned_data)
            form, status = TokenForm(), 201
        else:
            status = 400
    context = {
        "form": form,
        "made": made,
        "text": text,
        "address": request.build_absolute_uri(reverse("api-scores")),
        "tokens": list(own_tokens(request.member)),
    }
    return render(request, "api/tokens.html", context, status=status)


@require_POST
@member_required(Permission.USE_API)
def token_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End an own token; it is refused from the next request on."""
    name = end_token(by=request.member, public_id=public_id)
    if name is None:
        raise Http404
    messages.success(request, _("The token “%(name)s” has ended.") % {"name": name})
    return redirect("tokens")
