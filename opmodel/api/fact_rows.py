"""The rows of the other items: the figures that follow from them, and every field as it was submitted.

Statements per page: figures 3; facts 3. Sites and rows never change the number.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from assessments import publishing, selectors
from assessments.catalogue import Item
from assessments.models import Answer, Cycle, NetworkResult, Submission
from opmodel.api.parameters import Query
from opmodel.api.rows import Page, Row, facts_of, head, latest_results, page, stamp, tail, within
from opmodel.organisations.models import Member

SUBMISSION = 10_000_000  # id of a fact = submission x SUBMISSION + item x ITEM + row x ROW + field
ITEM, ROW = 100_000, 100
MISMATCH = "decision_mismatch_share"
NAMES = {"segment": "Funding segment", "largest_cost_category": "Largest cost category"}


@lru_cache(maxsize=16)
def known_figures(questionnaire_id: int, view: str) -> dict[str, tuple[int, str | None, str, str | None]]:
    """Figure -> place, item, name, unit, in content order; API rows are English."""
    found: dict[str, tuple[int, str | None, str, str | None]] = {}
    content = publishing.catalogue(questionnaire_id, publishing.ENGLISH)
    for item in content.items_of(view):
        for entry in item.spec.get("derived_figures", ()):
            found[entry["key"]] = (len(found) + 1, item.code, entry["name"], entry["unit"])
        if item.type == "single_choice":
            found[item.code] = (len(found) + 1, item.code, item.title, None)
    return found | {key: (len(found) + i, None, name, None) for i, (key, name) in enumerate(NAMES.items(), 1)}


def figures(member: Member, query: Query, cycle: Cycle | None) -> Page:
    """Figures of the newest result of every submission, in content order."""
    results = list(latest_results(member, query, cycle)[: query.limit + 1])
    networks = selectors.newest_networks({r.submission.cycle_id for r in results})

    def rows() -> Iterator[Row]:
        for result in results:
            network = networks.get(result.submission.cycle_id)
            found = result.figures | mismatch(result.submission, network)
            names = known_figures(result.submission.cycle.questionnaire_id, result.submission.view)
            for key, (place, item, name, unit) in names.items():
                if key in found:
                    value = found[key]
                    words = isinstance(value, str)
                    yield (
                        head(member, result, place)
                        | facts_of(result.submission)
                        | {
                            "item": item,
                            "figure": key,
                            "figure_name": name,
                            "value": None if words else value,
                            "value_text": value if words else None,
                            "unit": unit,
                        }
                        | tail(member, result, network.updated_at if network and key == MISMATCH else None)
                    )

    return page(rows(), query)


def mismatch(submission: Submission, network: NetworkResult | None) -> dict[str, float | None]:
    """How far a plant and head office differ on who decides; it rests on two submissions, so it stands in no result."""
    if network is None or submission.site is None:
        return {}
    shares = network.figures.get("decision_mismatch_by_site", {})
    return {MISMATCH: shares.get(submission.site.public_id)}


def facts(member: Member, query: Query, cycle: Cycle | None) -> Page:
    """Every field of the other items of submitted submissions."""
    first = query.after // SUBMISSION
    found = (
        Submission.objects.filter(
            pk__in=selectors.with_readable_results(member).values("pk"), state=Submission.State.SUBMITTED, pk__gte=first
        )
        .select_related("cycle", "site")
        .order_by("pk")
    )
    if cycle is not None:
        found = found.filter(cycle=cycle)
    found = within(found, query, "cycle__public_id")
    submissions = {s.pk: s for s in found[: query.limit + 1]}
    answers: dict[int, list[Answer]] = {}
    saved = Answer.objects.filter(submission_id__in=submissions, status="data").select_related("question")
    for answer in saved.order_by("question__order"):
        answers.setdefault(answer.submission_id, []).append(answer)

    def rows() -> Iterator[Row]:
        for submission in submissions.values():
            content = publishing.catalogue(submission.cycle.questionnaire_id, publishing.ENGLISH)
            place = {item.code: i for i, item in enumerate(content.items_of(submission.view), 1)}
            for answer in answers.get(submission.pk, []):
                item = content.item_by_code[answer.question.code]
                base = submission.pk * SUBMISSION + place[item.code] * ITEM
                for key, row, field, value, unit in cells(item, answer.data or {}):
                    number, written = as_value(value)
                    yield {
                        "id": base + key,
                        "cycle": submission.cycle.name,
                        "cycle_id": submission.cycle.public_id,
                        "organisation": member.organisation.name,
                        **facts_of(submission),
                        "item": item.code,
                        "item_title": item.title,
                        "type": item.type,
                        "row": row,
                        "field": field,
                        "value": number,
                        "value_text": written,
                        "unit": unit,
                        "content_version": content.version,
                        "updated_at": stamp(
                            answer.updated_at,
                            submission.updated_at,
                            submission.cycle.updated_at,
                            member.organisation.updated_at,
                            submission.site.updated_at if submission.site else None,
                        ),
                    }

    return page(rows(), query)


Cell = tuple[int, str | None, str, Any, str | None]  # key inside the item, row, field, value, unit


def cells(item: Item, data: Mapping[str, Any]) -> Iterator[Cell]:
    """The entries of an item in the order of its content, each with a key that stays.

    >>> spec = {"columns": [{"key": "what", "type": "text"}, {"key": "worth", "type": "money"}]}
    >>> item = Item("E-N10", "enterprise", "funnel", "", "", spec)
    >>> list(cells(item, {"currency": "EUR", "rows": [{"what": "a", "worth": "5.00"}]}))
    [(100, '1', 'what', 'a', None), (101, '1', 'worth', Decimal('5.00'), 'EUR')]
    """
    if "rows" in data:
        for i, row in enumerate(data["rows"], 1):
            for j, column in enumerate(item.spec["columns"]):
                if column["key"] in row:
                    money = column["type"] == "money"
                    value = Decimal(row[column["key"]]) if money else row[column["key"]]
                    unit = data.get("currency") if money else column.get("unit")
                    yield i * ROW + j, str(i), column["key"], value, unit
        return
    fields = {field["key"]: field for field in item.spec.get("fields", ())}
    lines = {code: i for i, code in enumerate(item.spec.get("row_ids", ()), 1)}
    for i, (key, value) in enumerate(sorted(data.items()), 1):
        if isinstance(value, Mapping):
            for j, (column, entry) in enumerate(sorted(value.items())):
                yield lines.get(key, i) * ROW + j, key, column, entry, None
        else:
            place = list(fields).index(key) + 1 if key in fields else i
            yield place * ROW, None, key, value, fields.get(key, {}).get("unit")


def as_value(value: Any) -> tuple[float | None, str]:
    """An entry as a number, where it is one, and as text: what people typed as text is no number, whatever it looks like.

    >>> as_value(True), as_value(2.5), as_value(Decimal("12.50")), as_value("007")
    ((1.0, 'yes'), (2.5, '2.5'), (12.5, '12.50'), (None, '007'))
    """
    if isinstance(value, bool):
        return float(value), "yes" if value else "no"
    return (float(value) if isinstance(value, int | float | Decimal) else None), str(value)
