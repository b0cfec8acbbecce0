"""The endpoints that answer one question instead of paging through a table: how a number came about, and figures."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from assessments import derivations, selectors
from assessments.explaining import walk
from assessments.insight import Insight
from assessments.ranking import OWN, PRESETS, REFERENCES
from assessments.weighing import WEIGHTS, OwnWeights, own_weights
from opmodel.api import contract, parameters
from opmodel.api.parameters import CYCLE
from opmodel.api.problems import BadParameter
from opmodel.api.views import Endpoint, documented
from opmodel.organisations.models import Member

SUBMISSION = OpenApiParameter(
    "submission", str, description="Only this submission (`submission_id` of scores); without it the enterprise view."
)
PEERS = OpenApiParameter("peers", str, description="A published peer group on the own paths, such as `A:all`.")


class Explain(Endpoint):
    """How a number came about: a tree of numbers, one row a node; each follows from those whose `parent` it is."""

    scope = "explain"
    by_cycle = False  # changes look back

    @documented(
        "explain",
        contract.Explanation,
        "How a number came about",
        [
            SUBMISSION,
            CYCLE,
            OpenApiParameter("measure", str, description="Code of a measure, or of an action.", default="OVERALL"),
            OpenApiParameter(
                "what", str, enum=tuple(derivations.MAKERS), description="Which number of it.", default="score"
            ),
            OpenApiParameter(
                "preset", str, enum=(*PRESETS, OWN), description="Weights of the ranking.", default="strategic"
            ),
            *(
                OpenApiParameter(
                    name, {"type": "number", "minimum": 0, "maximum": 100}, description=f"Own weight: {name}."
                )
                for name in WEIGHTS
            ),
            OpenApiParameter(
                "reference",
                str,
                enum=tuple(REFERENCES),
                description="What gaps are measured against; without it the first that exists.",
            ),
            PEERS,
        ],
        paged=False,
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    def answer(self, request: Request, member: Member) -> dict[str, Any]:
        given = request.query_params
        choices = {"what": tuple(derivations.MAKERS), "preset": (*PRESETS, OWN), "reference": tuple(REFERENCES)}
        query = parameters.read(given, ("submission", "cycle", "measure", "peers", *WEIGHTS), choices)
        what, measure = query.choices.get("what", "score"), given.get("measure", "OVERALL")
        seen = derivations.opened(member, submission_of(member, given, query.cycle), what, given.get("peers", ""))
        if seen is None:
            raise Http404("There is no such submission with a score.")
        known = seen.catalogue.action_by_code if what == "action" else seen.measures
        if measure not in known:
            raise BadParameter("measure", measure, "the code of an action" if what == "action" else "a code of scores")
        preset, reference = query.choices.get("preset", "strategic"), query.choices.get("reference", "")
        own = own_weights(given) if preset == OWN else OwnWeights({}, None, "")
        if own.error:
            raise BadParameter("preset", preset, f"the weights {', '.join(WEIGHTS)}, each from 0 to 100")
        found = derivations.explanation(
            seen, measure, what, "strategic" if own.weights else preset, reference, own.weights
        )
        if found is None:
            raise Http404("There is nothing to explain: this submission has no such number.")
        return about(seen) | {"measure": measure, "what": what, "results": rows_of(found)}


def submission_of(member: Member, given: Mapping[str, str], cycle: str) -> str:
    """The submission asked about: by its key, else the enterprise view of a cycle, else of the newest scored one."""
    if given.get("submission"):
        return given["submission"]
    scored = selectors.scored_enterprise(member)
    found = (scored.filter(cycle__public_id=cycle) if cycle else scored).first()
    return str(found.public_id) if found else ""


def about(seen: Insight) -> dict[str, Any]:
    """What an explanation is of, and what it was calculated by."""
    release = seen.result.release if seen.cells else None
    submission = seen.submission
    return {
        "submission": submission.public_id,
        "view": submission.view,
        "site": submission.site.name if submission.site else None,
        "cycle": submission.cycle.name,
        "cycle_id": submission.cycle.public_id,
        "peer_group": seen.group.label if seen.group else None,
        "peer_n_band": seen.group.n_band if seen.group else None,
        "release": release.name if release else None,
        "illustrative": bool(release and release.dataset.illustrative),
        "method_version": seen.result.method_version,
        "content_version": seen.result.content_version,
    }


def rows_of(found: derivations.Explanation) -> list[dict[str, Any]]:
    """The trees of an explanation as rows, parents first."""
    return [
        {
            "id": number,
            "parent": above,
            "depth": depth,
            "label": node.label,
            "code": node.code or None,
            "value": node.value,
            "unit": node.unit or None,
            "digits": node.digits,
            "rule": node.rule,
            "formula": node.formula or None,
            "weight": node.weight,
            "note": node.note or None,
        }
        for number, above, depth, node in walk(found.nodes)
    ]


Made = Callable[
    [HttpRequest, str], tuple[Any, str]
]  # opmodel.dashboards.gallery.made; a layer does not import its neighbour


class Charts(Endpoint):
    """The figures there are; `codes` comes from `opmodel.urls`, which knows pages and API."""

    scope = "charts"
    codes: Callable[[Member], list[str]] | None = None

    @documented("list_charts", contract.ChartList, "Figures of the pages", paged=False)
    def get(self, request: Request) -> Response:
        return super().get(request)

    def answer(self, request: Request, member: Member) -> dict[str, Any]:
        parameters.read(request.query_params, ())
        assert self.codes is not None
        return {
            "results": [
                {"code": code, "address": request.build_absolute_uri(reverse("api-chart", args=[code]))}
                for code in self.codes(member)
            ]
        }


class Chart(Endpoint):
    """One figure of the pages: its message, the table behind it, and how Plotly draws it."""

    scope = "charts"
    by_cycle = False  # trends and changes look back
    made: Made | None = None

    @documented("chart", contract.Chart, "One figure of the pages", [CYCLE, PEERS], paged=False)
    def get(self, request: Request, code: str) -> Response:
        self.code = code
        return super().get(request)

    def answer(self, request: Request, member: Member) -> dict[str, Any]:
        parameters.read(request.query_params, ("cycle", "peers"))
        assert self.made is not None
        page = request._request
        page.member = member  # type: ignore[attr-defined]
        try:
            figure, source = self.made(page, self.code)
        except Http404 as error:
            raise Http404("There is no such figure, or nothing to draw yet.") from error
        return {
            "code": figure.code,
            "title": figure.title,
            "note": figure.note,
            "missing": figure.missing or None,
            "columns": [{"key": c.key, "name": c.name, "unit": c.unit, "digits": c.digits} for c in figure.columns],
            "rows": [list(row) for row in figure.rows],
            "plot": figure.plot,
            "source": source,
        }
