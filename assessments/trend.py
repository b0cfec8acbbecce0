"""A measure over the scored cycles: own score, target, plants' view, and the peers' median as each result was compared.

Four statements for any number of cycles, besides those of the insight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assessments.insight import Insight, levels_wanted, wanted_levels
from assessments.packing import scores_of
from assessments.publishing import catalogue
from benchmarks import selectors as peers


@dataclass(frozen=True)
class Point:
    """One cycle; mappings by measure, levels. What is not known is left out."""

    cycle: str
    cycle_id: str
    day: date
    scores: Mapping[str, float]
    medians: Mapping[str, float]
    targets: Mapping[str, float]
    plants: Mapping[str, float]
    method: str
    content: str
    release: str
    illustrative: bool
    new_method: bool  # other than in the cycle before: figures may not be comparable
    new_content: bool


def trend(seen: Insight) -> tuple[Point, ...]:
    """The cycles up to that of `seen`, which was opened looking back; oldest first."""
    reading = seen.reading
    rows = [(s, reading.results[s.pk]) for s in reversed(reading.rows) if s.pk in reading.results]
    stored = {result.pk: scores_of(result) for _s, result in rows}
    used = {
        (result.release, score.peer_tree, score.peer_path)
        for _s, result in rows
        if result.release
        for score in stored[result.pk].values()
        if score.peer_path
    }
    medians = peers.medians(used)
    points: list[Point] = []
    for submission, result in rows:
        scores = stored[result.pk]
        own = levels_wanted(reading.answers[submission.pk].items.get("E-N6", {}))
        network = reading.networks.get(submission.cycle_id)
        found = {
            m: medians.get((result.release_id, s.peer_tree, s.peer_path, m)) for m, s in scores.items() if s.peer_path
        }
        before = points[-1] if points else None
        release = result.release if any(v is not None for v in found.values()) else None
        points.append(
            Point(
                cycle=submission.cycle.name,
                cycle_id=submission.cycle.public_id,
                day=submission.cycle.opens_on,
                scores={m: s.point for m, s in scores.items() if s.point is not None},
                medians={m: v for m, v in found.items() if v is not None},
                targets=wanted_levels(own, submission, catalogue(submission.cycle.questionnaire_id)),
                plants={d: v.score for d, v in network.scores.items() if v.score is not None} if network else {},
                method=result.method_version,
                content=result.content_version,
                release=release.name if release else "",
                illustrative=bool(release and release.dataset.illustrative),
                new_method=before is not None and before.method != result.method_version,
                new_content=before is not None and before.content != result.content_version,
            )
        )
    return tuple(points)
