"""The pages on which people make and end their own tokens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from opmodel.api.connecting import TOOLS, notebook, snippet
from opmodel.api.forms import TokenForm
from opmodel.api.tokens import create_token, end_token, own_tokens
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(Permission.USE_API)
def tokens(request: HttpRequest) -> HttpResponse:
    """The own tokens; a new one is shown on the reply to its form and never again."""
    form, made, text, status = TokenForm(member=request.member), None, "", 200
    if request.method == "POST":
        form = TokenForm(request.POST, member=request.member)
        if form.is_valid():
            made, text = create_token(by=request.member, **form.cleaned_data)
            form, status = TokenForm(member=request.member), 201
        else:
            status = 400
    context = {
        "form": form,
        "made": made,
        "text": text,
        "address": request.build_absolute_uri(reverse("api-scores")),
        "tokens": own_tokens(request.member),
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


def addresses(request: HttpRequest) -> dict[str, str]:
    """Where the interfaces of this installation are."""
    return {
        "api": request.build_absolute_uri(reverse("api-index")),
        "odata": request.build_absolute_uri(reverse("odata", args=[""])),
    }


@require_safe
@member_required(Permission.USE_API)
def connect(request: HttpRequest) -> HttpResponse:
    """The steps of one tool; of the first one without a choice."""
    tool = TOOLS.get(request.GET.get("tool", next(iter(TOOLS))))
    if tool is None:
        raise Http404
    known = addresses(request)
    context = known | {"tools": list(TOOLS.values()), "tool": tool, "text": snippet(tool, **known)}
    return render(request, "api/connect.html", context)


@require_safe
@member_required(Permission.USE_API)
def connect_file(request: HttpRequest, key: str) -> HttpResponse:
    """What is pasted, as a file; `notebook` is a Jupyter notebook."""
    known = addresses(request)
    if key == "notebook":
        response: HttpResponse = JsonResponse(notebook(known["api"]), json_dumps_params={"indent": 1})
        name = "OpModel.ipynb"
    else:
        tool = TOOLS.get(key)
        if tool is None or not tool.file:
            raise Http404
        response, name = HttpResponse(snippet(tool, **known), content_type="text/plain; charset=utf-8"), tool.file
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
