"""The endpoints of /api/v1/: read-only, JSON, inside the organisation of the token."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from assessments.models import Cycle
from assessments.publishing import ENGLISH
from assessments.ranking import PRESETS, REFERENCES
from opmodel.api import contract, fact_rows, parameters, reference, rows
from opmodel.api.authentication import REFUSED
from opmodel.api.models import ApiToken
from opmodel.api.parameters import CYCLE, PAGING, Query
from opmodel.api.problems import MEDIA_TYPE, problem
from opmodel.api.star import TABLES
from opmodel.organisations.middleware import find_member
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can
from opmodel.organisations.tenancy import tenant


class AlwaysJson(BaseContentNegotiation):
    """Clients of BI tools send all sorts of Accept headers; there is one format."""

    def select_parser(self, request: Request, parsers: list[Any]) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list[Any], format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ReadOnly(APIView):
    """What all endpoints share: GET and HEAD, English, ETag with 304, private caching, no parameter that nobody knows."""

    http_method_names = ["get", "head"]
    content_negotiation_class = AlwaysJson
    language: str | None = ENGLISH

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A table must not change with the language of whoever reads it: tools compare its texts.
        with translation.override(self.language or translation.get_language()):
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                response.render()
            response["Content-Language"] = translation.get_language()
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization"])
        if response.status_code != 200 or response.streaming:
            return response
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response)


class Endpoint(ReadOnly):
    """An endpoint with data: enters the token's organisation, after asking the membership again.

    `scope` is what a token must read where it is limited to some tables; an endpoint that is not `by_cycle` does not know
    how to read some cycles only.
    """

    scope = ""
    by_cycle = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        token = request.auth
        if getattr(request, "member", None) is not None:
            leave_session()
        with tenant(token.organisation_id, user_id=token.user_id, read_only=True):
            member = find_member(token.user_id, token.organisation_id)
            if member is None:
                raise AuthenticationFailed(REFUSED)
            if not can(member, Permission.USE_API):
                raise PermissionDenied("The role of this token's owner does not include the API.")
            self.allow(token, self.scope)
            return self.reply(request, member)

    def allow(self, token: ApiToken, *scopes: str) -> None:
        """Whether the token reads these tables; raises PermissionDenied."""
        for scope in filter(None, scopes):
            if token.tables and scope not in token.tables:
                raise PermissionDenied(f"This token does not read {scope}; it reads {', '.join(token.tables)}.")
        if token.cycles and not self.by_cycle:
            raise PermissionDenied("This token reads some cycles only, and this is about more than one.")

    def reply(self, request: Request, member: Member) -> Any:
        return Response(self.answer(request, member))

    def answer(self, request: Request, member: Member) -> Any:
        raise NotImplementedError


def leave_session() -> None:
    """Leave the organisation a signed-in browser entered by its cookie: only the token counts here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', '', true), set_config('app.user', '', true)")


PROBLEMS = {
    400: "A parameter is unknown or has a value that cannot be used.",
    401: "The token is missing, unknown or expired, or its owner or organisation is no longer active.",
    403: "The role of the token's owner does not include the API, or the token does not read this table.",
    404: "There is no such cycle.",
    405: "Only GET and HEAD are answered.",
    429: "The token has made too many requests this minute; go on after `Retry-After` seconds.",
    503: "The database does not answer at present.",
}


def documented(
    operation: str,
    row: type[Serializer],
    summary: str,
    more: list[OpenApiParameter] | None = None,
    paged: bool = True,
    tag: str = "Data",
) -> Any:
    """The OpenAPI entry of an endpoint with data."""
    replies: dict[Any, Any] = {
        200: OpenApiResponse(contract.page_of(row) if paged else row, description="The reply, with its ETag."),
        304: OpenApiResponse(description="Nothing changed since the ETag in If-None-Match."),
    }
    for status, meaning in PROBLEMS.items():
        if status != 404 or CYCLE in (more or []):
            replies[status, MEDIA_TYPE] = OpenApiResponse(contract.Problem, description=meaning)
    shown = [*(PAGING if paged else ()), *(more or [])]
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=row.__doc__,
        parameters=shown,
        responses=replies,
        tags=[tag],
    )


def about(operation: str, summary: str, replies: dict[Any, Any]) -> Any:
    """The OpenAPI entry of an endpoint that holds no data and needs no token."""
    for status in (400, 405):
        replies[status, MEDIA_TYPE] = OpenApiResponse(contract.Problem, description=PROBLEMS[status])
    return extend_schema(
        operation_id=operation, summary=summary, description=summary, responses=replies, tags=["About"]
    )


class Index(Endpoint):
    @documented("index", contract.Index, "Where everything is", paged=False)
    def get(self, request: Request) -> Response:
        return super().get(request)

    def answer(self, request: Request, member: Member) -> dict[str, str]:
        parameters.read(request.query_params, ())
        return {name: request.build_absolute_uri(reverse(f"api-{name}")) for name in contract.Index().fields}


class Table(Endpoint):
    """A table, page by page."""

    known: tuple[str, ...] = ("after", "limit", "cycle")
    choices: Mapping[str, Any] = {}

    def answer(self, request: Request, member: Member) -> dict[str, Any]:
        query = parameters.read(request.query_params, self.known, self.choices)
        query = replace(query, only=tuple(request.auth.cycles))
        try:
            cycle = rows.cycle_of(member, query)
        except Cycle.DoesNotExist as error:
            raise Http404(f"There is no cycle with the cycle_id {query.cycle}.") from error
        found = self.page(member, query, cycle)
        following = None
        if found.more:
            values = request.query_params.copy()
            values["after"] = str(found.rows[-1]["id"])
            following = request.build_absolute_uri(f"{request.path}?{values.urlencode()}")
        count = None if found.more or query.after else len(found.rows)
        return {"count": count, "next": following, "results": found.rows}

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        raise NotImplementedError


class Cycles(Table):
    scope = "cycles"
    known = ("after", "limit")

    @documented("list_cycles", contract.CycleRow, "Cycles")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        return rows.cycles(member, query)


class Scores(Table):
    scope = "scores"

    @documented("list_scores", contract.ScoreRow, "Scores of the enterprise and its sites", [CYCLE])
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        return rows.scores(member, query, cycle)


class Gaps(Table):
    scope = "gaps"

    @documented("list_gaps", contract.GapRow, "Gaps of the dimensions to target, peers and plants", [CYCLE])
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        return rows.by_cycle(member, query, cycle, rows.gaps)


class Actions(Table):
    scope = "actions"
    choices = {"preset": tuple(PRESETS), "reference": tuple(REFERENCES)}

    @documented(
        "list_actions",
        contract.ActionRow,
        "Priority actions",
        [
            CYCLE,
            OpenApiParameter(
                "preset", str, enum=tuple(PRESETS), description="Weights of the ranking.", default="strategic"
            ),
            OpenApiParameter(
                "reference",
                str,
                enum=tuple(REFERENCES),
                description="What gaps are measured against; without it target, peers or network, the first that exists.",
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        preset, wanted = query.choices.get("preset", "strategic"), query.choices.get("reference", "")
        return rows.by_cycle(member, query, cycle, lambda m, seen: rows.actions(m, seen, preset, wanted))


class Figures(Table):
    scope = "figures"

    @documented(
        "list_figures", contract.FigureRow, "Figures that follow from registers, pilots, rights and profiles", [CYCLE]
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        return fact_rows.figures(member, query, cycle)


class Facts(Table):
    scope = "facts"

    @documented("list_facts", contract.FactRow, "The other items, field by field", [CYCLE])
    def get(self, request: Request) -> Response:
        return super().get(request)

    def page(self, member: Member, query: Query, cycle: Cycle | None) -> rows.Page:
        return fact_rows.facts(member, query, cycle)


class Schema(ReadOnly):
    """The OpenAPI document; holds no data, so everybody may read it."""

    authentication_classes = ()
    permission_classes = ()

    @about("schema", "This document", {200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        parameters.read(request.query_params, ())
        return Response(SchemaGenerator().get_schema(public=True))


class Docs(ReadOnly):
    """The same document for people, in a page of their language."""

    language = None
    authentication_classes = ()
    permission_classes = ()

    @about("docs", "The documentation page", {(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        parameters.read(request.query_params, ())
        with translation.override(ENGLISH):
            context = reference.page_of(SchemaGenerator().get_schema(public=True))
        context["base"] = request.build_absolute_uri(reverse("api-index"))
        return render(request._request, "api/docs.html", context)


class Dictionary(ReadOnly):
    """The tables of the star schema for people: every column with its meaning."""

    language = None
    authentication_classes = ()
    permission_classes = ()

    @about("dictionary", "The data dictionary", {(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        parameters.read(request.query_params, ())
        return render(request._request, "api/dictionary.html", {"tables": list(TABLES.values())})


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Whatever else lies under /api/: a missing slash is mended, all the rest is a 404 that machines can read."""
    mended = not request.path_info.endswith("/") and resolve(request.path_info + "/").url_name != "api-unknown"
    if mended and request.method in ("GET", "HEAD"):
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    body = problem(404, "Not found", "There is no such address; /api/v1/docs/ lists them.")
    return JsonResponse(body, status=404, content_type=MEDIA_TYPE)
