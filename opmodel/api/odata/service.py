"""The addresses of the OData service and what they answer."""

import json
import re
from dataclasses import replace
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from rest_framework.request import Request
from rest_framework.response import Response

from opmodel.api.authentication import Token
from opmodel.api.odata import metadata, reading
from opmodel.api.odata.asking import PAGE, Ask, ask, options, token_name, token_text
from opmodel.api.odata.filters import Unsupported, Unusable
from opmodel.api.star import TABLES
from opmodel.api.star.asking import limited
from opmodel.api.star.columns import BOOL, TEXT, Table
from opmodel.api.star.reading import exactly
from opmodel.api.star.reading import fetched as read
from opmodel.api.views import Endpoint
from opmodel.organisations.models import Member

JSON = "application/json;odata.metadata={};charset=utf-8"
BIGGEST = 2**63 - 1
ADDRESS = re.compile(r"(?P<set>\w+)(?:\((?:id=)?(?P<key>[^()]*)\))?(?:/(?P<part>\$?\w+)(?P<value>/\$value)?)?")


class BasicFirst(Token):
    """Tableau and Excel ask for a name and a password only when Basic is offered."""

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="OpModel"'


class NotThere(LookupError):
    """No such entity set, entity or property."""


class Service(Endpoint):
    """All of /odata/v4/."""

    authentication_classes = (BasicFirst,)
    schema = None  # described by $metadata, not by the OpenAPI document

    def handle_exception(self, exc: Exception) -> Response:
        """Errors as OData has them."""
        response = super().handle_exception(exc)
        body = response.data
        said = {"code": str(body["status"]), "message": body["detail"]}
        response.data, response.content_type = {"error": said}, "application/json"
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        response["OData-Version"] = "4.0"
        return response

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        try:  # around the transaction: what PostgreSQL could not calculate has broken it
            return super().get(request, *args, **kwargs)
        except Unsupported as error:
            return refusal(501, str(error))
        except Unusable as error:
            return refusal(400, str(error))
        except NotThere as error:
            return refusal(404, str(error))

    def reply(self, request: Request, member: Member) -> HttpResponse:
        self.token = request.auth
        return self.found(request._request)

    def found(self, request: HttpRequest) -> HttpResponse:
        rest = self.kwargs["rest"]
        self.root = request.build_absolute_uri(request.path.removesuffix(rest) if rest else request.path)
        self.level = metadata_level(request)
        if rest == "":
            options(request, ("$format",))
            return self.json(json.dumps(metadata.service(self.root)))
        if rest == "$metadata":
            if request.GET.get("$format", "xml").lower() not in ("xml", "application/xml") or len(request.GET) > 1:
                raise Unsupported("$metadata is XML.")
            return HttpResponse(metadata.document(), content_type="application/xml")
        match = ADDRESS.fullmatch(rest)
        if match is None or match["set"] not in TABLES:
            raise NotThere(f"There is no {rest[:80]}; the entity sets are {', '.join(TABLES)}.")
        table = TABLES[match["set"]]
        self.allow(self.token, table.name)
        if match["key"] is None:
            if match["part"] == "$count" and not match["value"]:
                return self.count(table, request)
            if match["part"] is None:
                return self.collection(table, request)
            raise NotThere(f"There is no {rest[:80]}.")
        return self.entity(table, match, request)

    def ask(self, table: Table, given: dict[str, str]) -> Ask:
        """What is asked for, as far as the token reads it."""
        wanted = ask(table, given)
        self.allow(self.token, *(e.table.name for e in wanted.expansions))
        limits = limited(table, self.token.cycles)
        beside = tuple(replace(e, where=tuple(limited(e.table, self.token.cycles))) for e in wanted.expansions)
        return replace(wanted, where=(*wanted.where, *limits), expansions=beside)

    def collection(self, table: Table, request: HttpRequest) -> HttpResponse:
        wanted = self.ask(table, options(request))
        size = page_size(request)
        left = size if wanted.top is None else min(size, wanted.top)
        rows = fetched(reading.page(wanted, left + 1))
        more = len(rows) > left and wanted.top != left
        rows = rows[:left]
        head: dict[str, Any] = {}
        if self.level != "none":
            head["@odata.context"] = f"{self.root}$metadata#{table.name}{shown(wanted)}"
        if wanted.count:
            head["@odata.count"] = fetched(reading.counted(wanted))[0][0]
        # The next page behind the values: they may be long, and whoever reads a stream needs the head first.
        body = [*(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in head.items())]
        body.append(f'"value":[{",".join(text for _id, _order, text in rows)}]')
        if more:
            body.append(f'"@odata.nextLink":{json.dumps(self.next(request, wanted, rows[-1], left))}')
        response = self.json(f"{{{','.join(body)}}}")
        if applied := preferred(request):
            response["Preference-Applied"] = applied
        return response

    def next(self, request: HttpRequest, wanted: Ask, last: tuple[int, str, str], given: int) -> str:
        """The address of the rest: behind the last row, less what was given."""
        query = request.GET.copy()
        query.pop("$skip", None)
        query["$skiptoken"] = token_text([token_name(wanted.table, wanted.orders), *json.loads(last[1]), last[0]])
        if wanted.top is not None:
            query["$top"] = str(wanted.top - given)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe='$,()/')}")

    def count(self, table: Table, request: HttpRequest) -> HttpResponse:
        wanted = self.ask(table, options(request, ("$filter",)))
        return HttpResponse(str(fetched(reading.counted(wanted))[0][0]), content_type="text/plain;charset=utf-8")

    def entity(self, table: Table, match: re.Match[str], request: HttpRequest) -> HttpResponse:
        name = match["part"]
        if name is not None and name not in table.by_name:
            raise NotThere(f"{table.name} has no property {name[:80]}.")
        given = options(request, ("$select", "$expand", "$format") if name is None else ("$format",))
        wanted = self.ask(table, given | ({"$select": name} if name else {}))
        rows = fetched(reading.page(with_key(wanted, match["key"]), 1))
        if not rows:
            raise NotThere(f"{table.name} has no row with this id.")
        text = rows[0][2]
        if name is None:
            context = json.dumps(f"{self.root}$metadata#{table.name}{shown(wanted)}/$entity")
            return self.json(text if self.level == "none" else f'{{"@odata.context":{context},{text[1:]}')
        value = json.loads(text)[name]
        if value is None:
            return HttpResponse(status=204)
        if match["value"]:
            return HttpResponse(raw(value, table.by_name[name].kind), content_type="text/plain;charset=utf-8")
        context = f"{self.root}$metadata#{table.name}({match['key']})/{name}"
        return self.json(json.dumps({"@odata.context": context, "value": value}))

    def json(self, body: str) -> HttpResponse:
        return HttpResponse(body, content_type=JSON.format(self.level))


def raw(value: Any, kind: str) -> str:
    return str(value) if kind == TEXT else json.dumps(value) if kind == BOOL else str(value)


def with_key(wanted: Ask, text: str) -> Ask:
    """The one row with a key."""
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        raise Unusable(f"The key of {wanted.table.name} is a whole number, not {text[:40]}.")
    number = int(text)
    if not 0 <= number <= BIGGEST:
        raise NotThere(f"{wanted.table.name} has no row with this id.")
    return replace(wanted, where=(*wanted.where, exactly(wanted.table, number)))


def fetched(statement: tuple[str, list[Any]]) -> list[Any]:
    """The rows of a statement; a calculation that has no result is the request's fault."""
    try:
        return read(statement)
    except DataError as error:
        raise Unusable("Something in the filter cannot be calculated; its numbers are too large.") from error


def shown(wanted: Ask) -> str:
    """The part of a context that says which columns are shown."""
    parts = [] if wanted.columns == wanted.table.columns else [c.name for c in wanted.columns]
    parts += [
        f"{e.name}({','.join(c.name for c in e.columns) if e.columns != e.table.columns else ''})"
        for e in wanted.expansions
    ]
    return f"({','.join(parts)})" if parts else ""


def metadata_level(request: HttpRequest) -> str:
    asked = request.headers.get("Accept", "") + ";" + request.GET.get("$format", "")
    return "none" if re.search(r"odata\.metadata=none", asked) else "minimal"


def preferred(request: HttpRequest) -> str:
    match = re.search(r"(?:odata\.)?maxpagesize\s*=\s*\"?([0-9]{1,9})", request.headers.get("Prefer", ""))
    return f"odata.maxpagesize={min(int(match[1]), PAGE)}" if match and int(match[1]) > 0 else ""


def page_size(request: HttpRequest) -> int:
    found = preferred(request)
    return int(found.rpartition("=")[2]) if found else PAGE


def refusal(status: int, message: str) -> HttpResponse:
    body = json.dumps({"error": {"code": str(status), "message": message}})
    return HttpResponse(body, status=status, content_type="application/json")


urlpatterns = [re_path(r"^(?P<rest>.*)$", Service.as_view(), name="odata")]
