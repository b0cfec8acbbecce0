"""Targets out of a release of peers: which level each dimension would get, and what that does to the targets that stand.

The peers' figures come through the gate (benchmarks.selectors), in the same groups as on the comparison pages. Targets of
the last cycle that wait to be confirmed stand as well: they stay, or are replaced where somebody says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from assessments import carrying, pipeline, selectors
from assessments.catalogue import Questionnaire
from assessments.items.matrices import target_levels
from assessments.models import Answer, Submission
from benchmarks import selectors as peers
from benchmarks.models import Release
from benchmarks.selectors import PeerTable

ITEM = "E-N6"
MARKS = {
    50: gettext_lazy("the peers' median"),
    75: gettext_lazy("the peers' upper quartile"),
    90: gettext_lazy("the peers' highest tenth"),
}
SET, SAME, KEPT, REPLACED, UNPUBLISHED = "set", "same", "kept", "replaced", "unpublished"


@dataclass(frozen=True)
class Offer:
    """One dimension: the peers' figure, the target level it asks for, the target that stands, and what would happen."""

    code: str
    name: str
    group: str
    figure: float | None
    level: float | None
    standing: float | None
    outcome: str


@dataclass(frozen=True)
class Material:
    """What targets can be taken over from: a release with the tables of the own groups, and the targets that stand."""

    release: Release
    tables: Mapping[str, PeerTable]
    chosen: str  # the reader's choice of a group on the own paths, "A:path"; "" for the closest ones
    group: str  # its name, or that of the next larger one that is published
    is_published: bool  # the chosen group itself
    standing: Mapping[str, Any]
    carried_from: str  # the cycle whose targets stand here unconfirmed; "" for targets of this cycle
    comment: str  # what a person wrote beside the targets
    version: int

    @property
    def marks(self) -> list[int]:
        """The marks that are published of some measure at least."""
        return [p for p in MARKS if any(p in t.quantiles for t in self.tables.values())]


def material(
    submission: Submission, catalogue: Questionnaire, segments: Mapping[str, str], chosen: str = ""
) -> Material | None:
    """The newest release of the cycle's peers for an organisation with these segments; None without any.

    `chosen` is a group "A:path" of the own paths, as on the comparison pages. Three queries at most, two more where a cycle
    carries answers over.
    """
    release = peers.latest_published(submission.cycle.dataset_id)
    if release is None:
        return None
    cells = peers.own_cells(release, segments, pipeline.segments())
    chosen = peers.own_choice(chosen, segments, pipeline.segments())
    used = peers.published_around(cells, chosen)
    profile = catalogue.item_by_code.get("E-N1")
    say = profile.word if profile else str
    dimensions = {d.code for d in catalogue.dimensions}
    saved = selectors.answers(submission)
    answer, waiting = saved.get(ITEM), carrying.carried(submission, saved).get(ITEM)
    comment = answer.comment if answer and answer.origin != Answer.Origin.PEERS else ""
    return Material(
        release=release,
        tables={code: t for code, t in peers.peer_tables(cells, used, say).items() if code in dimensions},
        chosen=chosen,
        is_published=used == chosen,
        group=peers.label_of(used.partition(":")[2], say) if used else "",
        standing=(waiting.data if waiting else answer.data if answer else None) or {},
        carried_from=waiting.cycle if waiting else "",
        comment=waiting.comment if waiting else comment,
        version=answer.version if answer else 0,
    )


def level_for(figure: float, levels: Sequence[float]) -> float:
    """The lowest level a target may have that is not below the figure.

    >>> level_for(2.7, [2.0, 2.5, 3.0]), level_for(2.5, [2.0, 2.5, 3.0])
    (3.0, 2.5)
    """
    return min((level for level in levels if level >= figure), default=levels[-1])


def offers(found: Material, catalogue: Questionnaire, mark: int, replace: bool) -> list[Offer]:
    """What taking a mark over would do, dimension by dimension; a target that stands goes only with `replace`."""
    levels = target_levels(catalogue.item_by_code[ITEM].spec)
    rows = []
    for d in catalogue.dimensions:
        table = found.tables.get(d.code)
        figure = table.quantiles.get(mark) if table else None
        level = None if figure is None else level_for(figure, levels)
        standing = (found.standing.get(d.code) or {}).get("target")
        if level is None:
            outcome = UNPUBLISHED
        elif standing is None:
            outcome = SET
        else:
            outcome = SAME if standing == level else REPLACED if replace else KEPT
        rows.append(Offer(d.code, d.name, table.label if table else "", figure, level, standing, outcome))
    return rows


def merged(found: Material, rows: Sequence[Offer]) -> dict[str, Any]:
    """The targets after taking over; a day that was set stays."""
    new = {
        r.code: {**(found.standing.get(r.code) or {}), "target": r.level} for r in rows if r.outcome in (SET, REPLACED)
    }
    return {**found.standing, **new}
