"""Score submissions of one questionnaire, any number at once: read, kernel, peers, write. One is a batch of one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from assessments import figures, publishing, selectors
from assessments.catalogue import ENTERPRISE
from assessments.method import Method
from assessments.models import PeerGroup, Result, Submission
from assessments.scoring import ScoreMatrix, ScoringPlan, component_marks, plan_for, score_matrix
from benchmarks import selectors as peers
from benchmarks.cells import Segments
from benchmarks.models import Dataset, Release
from benchmarks.selectors import PeerTable
from benchmarks.settings import method_section
from benchmarks.statistics import positions
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import tenant

BATCH = 1000  # submissions in one transaction: about 20 MB, and a stop in between loses a second of work


@dataclass(frozen=True)
class Yardstick:
    """What submissions are scored by: a view of a questionnaire, a version of the method, a release of peers."""

    questionnaire_id: int
    plan: ScoringPlan
    content_version: str
    method_version: str
    release: Release | None


def yardstick(questionnaire_id: int, view: str, method: Method, dataset: Dataset | None) -> Yardstick:
    """The current one; only the enterprise view is compared with peers (METHOD 5)."""
    catalogue = publishing.catalogue(questionnaire_id)
    release = peers.latest_published(dataset) if view == ENTERPRISE else None
    return Yardstick(questionnaire_id, plan_for(catalogue, method, view), catalogue.version, method.version, release)


def peer_tables(release: Release | None, organisation: Organisation, segments: Segments) -> dict[str, PeerTable]:
    """For each measure the table of the release that an organisation is compared with; notes the groups it may see."""
    if release is None:
        return {}
    cells = peers.own_cells(release, organisation.segments, segments)
    with translation.override(publishing.ENGLISH):
        groups = [
            PeerGroup(
                organisation=organisation,
                release=release,
                tree=tree,
                path=path,
                depth=depth,
                label=peers.label_of(path),
            )
            for tree, path, depth in peers.shown_groups(cells)
        ]
    PeerGroup.objects.bulk_create(groups, ignore_conflicts=True)
    return peers.peer_tables(cells)


def score(rows: Sequence[Submission], by: Yardstick, organisation: Organisation, segments: Segments) -> list[Result]:
    """Score and record the submissions of one organisation, in order; a constant number of statements.

    The caller holds their locks and knows that none of them has this result.
    """
    if not rows:
        return []
    tables = peer_tables(by.release, organisation, segments)
    content, data = publishing.catalogue(by.questionnaire_id), selectors.all_item_data(list(rows))
    zone = ZoneInfo(organisation.time_zone)
    levels = selectors.level_matrix(list(rows), by.plan.questions, publishing.question_keys(by.questionnaire_id))
    matrix = score_matrix(by.plan, levels)
    results = Result.objects.bulk_create(
        Result(
            organisation_id=row.organisation_id,
            submission=row,
            revision=row.revision,
            method_version=by.method_version,
            content_version=by.content_version,
            release=by.release,
            segments=organisation.segments if by.release else {},
            figures=figures.of_submission(content, row.view, data[row.pk], local_day(row, zone)),
            input_hash=fingerprint(levels[i]),
        )
        for i, row in enumerate(rows)
    )
    _write(results, by.plan, matrix, tables)
    return results


def local_day(submission: Submission, zone: ZoneInfo) -> date:
    """The day of the submission where the organisation sits: what figures about time count from."""
    assert submission.submitted_at is not None
    return submission.submitted_at.astimezone(zone).date()


def fingerprint(levels: npt.NDArray[np.int8]) -> str:
    """What tells the answers of one submission from any others: a hash of its row of levels."""
    return hashlib.sha256(levels.tobytes()).hexdigest()


# Row-level security rules COPY FROM out. Arrays as text reach PostgreSQL at half its cost in time, and far below that of
# VALUES: what repeats (result, measure, peer group) travels once and is looked up by the number of the row.
INSERT = """
INSERT INTO assessments_score (organisation_id, result_id, measure, point, coverage, low, high, bottleneck,
       many_not_applicable, peer_tree, peer_path, position, position_text, position_low, position_high)
SELECT %(organisation)s, (%(results)s::bigint[])[(i - 1) / %(m)s + 1], (%(measures)s::text[])[(i - 1) %% %(m)s + 1],
       point, coverage, low, high, COALESCE((%(measures)s::text[])[bottleneck], ''), many,
       (%(trees)s::text[])[(i - 1) %% %(m)s + 1], (%(paths)s::text[])[(i - 1) %% %(m)s + 1],
       position, COALESCE(position_text, ''), position_low, position_high
  FROM unnest(%(point)s::float8[], %(coverage)s::float8[], %(low)s::float8[], %(high)s::float8[],
              %(bottleneck)s::int[], %(many)s::bool[],
              %(position)s::float8[], %(position_text)s::text[], %(position_low)s::float8[], %(position_high)s::float8[])
       WITH ORDINALITY
       AS s(point, coverage, low, high, bottleneck, many, position, position_text, position_low, position_high, i)
"""


def _write(results: Sequence[Result], plan: ScoringPlan, matrix: ScoreMatrix, tables: Mapping[str, PeerTable]) -> None:
    measures = matrix.measures
    bottleneck, many = component_marks(plan, matrix)
    used = [tables.get(measure) for measure in measures]
    published = [(t.quantiles, t.n_band) if t else None for t in used]
    places = positions(matrix.point.tolist(), published, method_section()) if tables else []
    values = {
        "organisation": results[0].organisation_id,
        "m": len(measures),
        "results": [r.pk for r in results],
        "measures": list(measures),
        "trees": [t.tree if t else "" for t in used],
        "paths": [t.path if t else "" for t in used],
        "point": array_text(matrix.point),
        "coverage": array_text(matrix.coverage),
        "low": array_text(matrix.low),
        "high": array_text(matrix.high),
        "bottleneck": array_text(bottleneck),
        "many": array_text(many),
        # A shorter array counts as NULLs from its end on: without peers nothing is sent.
        "position": [p.percentile if p else None for p in places],
        "position_text": [p.text if p else "" for p in places],
        "position_low": [p.low if p else None for p in places],
        "position_high": [p.high if p else None for p in places],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def array_text(values: npt.NDArray[np.generic]) -> str:
    """An array as PostgreSQL reads it, row by row; NaN is NULL. `repr` of a float loses nothing.

    >>> array_text(np.array([[0.1, np.nan], [2.0, 1 / 3]]))
    '{0.1,NULL,2.0,0.3333333333333333}'
    """
    return "{" + ",".join(map(repr, values.ravel().tolist())).replace("nan", "NULL") + "}"


def rescore(organisation_id: int, *, method: Method, segments: Segments, batch: int = BATCH) -> int:
    """Score every submitted revision of an organisation that lacks the current result; returns how many.

    One transaction a batch: a stop in between leaves whole batches, and the next run goes on from there.
    """
    with tenant(organisation_id):
        organisation = Organisation.objects.get(pk=organisation_id)
        submitted = Submission.objects.filter(state=Submission.State.SUBMITTED).order_by()
        groups = list(submitted.values_list("cycle__questionnaire_id", "view", "cycle__dataset_id").distinct())
    done = 0
    for questionnaire_id, view, dataset_id in groups:
        last = 0
        while True:
            with tenant(organisation_id):
                dataset = Dataset.objects.filter(pk=dataset_id).first() if view == ENTERPRISE else None
                by = yardstick(questionnaire_id, view, method, dataset)
                found = lacking(by).filter(view=view, cycle__dataset_id=dataset_id, pk__gt=last).order_by("pk")
                held = list(found.select_for_update(of=("self",)).values_list("pk", flat=True)[:batch])
                # Asked again with the locks held: a worker may have scored some while this waited for them.
                rows = list(found.filter(pk__in=held))
                done += len(score(rows, by, organisation, segments))
            if len(held) < batch:
                break
            last = held[-1]
    return done


def lacking(by: Yardstick) -> QuerySet[Submission]:
    """Submitted submissions without a result of this method and release for their revision."""
    same = Result.objects.filter(
        submission=OuterRef("pk"), revision=OuterRef("revision"), method_version=by.method_version, release=by.release
    )
    return Submission.objects.filter(
        ~Exists(same), state=Submission.State.SUBMITTED, cycle__questionnaire_id=by.questionnaire_id
    )
