"""Records -> an audited, then published table (METHOD 5 and 6). Comparisons read the table, never the records."""

import hmac
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.models import Exists, Func, OuterRef, TextField, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from benchmarks import families, reporting
from benchmarks.cells import MISSING, SEPARATOR, CellTable, Segments, build_cells, paths
from benchmarks.disclosure import GAPS, TREES, Auditor, Blocks, Decision, Former, Group, Refused, Why
from benchmarks.models import CellStatistic, Dataset, Record, Release, ReleaseMember
from benchmarks.rules import BenchmarkRules

CHUNK = 20_000  # records that are read or written at once
ADD_MEMBERS = """
    INSERT INTO benchmarks_releasemember (release_id, record_ref, kinds, block_a, block_b)
    SELECT %s, ref, kinds::varchar[], a, b FROM unnest(%s, %s, %s, %s) AS own (ref, kinds, a, b)
"""


class ReleaseRefused(ValueError):
    """No release was made; the text says why. The old one stays."""


def months_before(day: date, months: int) -> date:
    """The same day of the month, months earlier (the last day of a shorter month).

    >>> months_before(date(2026, 2, 28), 24)
    datetime.date(2024, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Entries:
    """Records as a release counts them, one place each: reference, blocks, kinds and (n, m) scores in thousandths."""

    refs: list[str]
    paths: list[Blocks]
    kinds: list[frozenset[str]]
    scores: npt.NDArray[np.int16]


class Pool:
    """The records of a dataset that are valid on a day, what they were in earlier releases, and who has left.

    Records are columns, since a dataset may hold a million: `refs`, `at` (the place in `groups` of what the audit sees
    of a record) and `rows` (the place of its scores). `former` has what stands instead while a corrected record waits.
    """

    def __init__(self, dataset: Dataset, as_of: date, rules: BenchmarkRules, segments: Segments) -> None:
        self.dataset = dataset
        self.earlier = list(dataset.release_set.exclude(state__in=Release.UNSEEN).order_by("as_of", "pk"))
        self.before = self._members()
        self.valid = self.without_overall = 0
        self.refs: list[str] = []
        self.at: list[int] = []
        self.rows: list[int] = []
        self.former: dict[str, tuple[str, int]] = {}  # reference of the new version -> reference and row of the old one
        self.groups: list[Group] = []
        self._read(as_of, rules, segments)

    def __len__(self) -> int:
        return len(self.refs)

    def _members(self) -> dict[str, list[Blocks | None]]:
        """Reference -> its blocks in each earlier release."""
        place = {release.pk: i for i, release in enumerate(self.earlier)}
        found: dict[str, list[Blocks | None]] = defaultdict(lambda: [None] * len(self.earlier))
        self.old_kinds: dict[str, frozenset[str]] = {}
        rows = ReleaseMember.objects.filter(release__in=self.earlier).order_by("release__as_of", "release_id")
        for release, ref, kinds, a, b in rows.values_list("release_id", "record_ref", "kinds", "block_a", "block_b"):
            found[ref][place[release]] = (a, b)
            self.old_kinds[ref] = frozenset(kinds)
        return found

    def _read(self, as_of: date, rules: BenchmarkRules, segments: Segments) -> None:
        """The newest version of each company up to the day counts, if it is valid; an older one may stand instead."""
        found = versions(self.dataset, as_of, rules)
        self.scores, kind, self.kinds = families.counted(found.scores, self.dataset.measures, self.dataset.families)
        self.kind = kind.tolist()
        path_of = {segment: blocks(segment, segments) for segment in set(found.segments)}
        self.paths = [path_of[segment] for segment in found.segments]
        number: dict[Group, int] = {}
        old: dict[str, tuple[str, int]] = {}  # company -> its last version that was in a release
        for row, (key, revision, superseded) in enumerate(
            zip(found.keys, found.revisions, found.superseded, strict=True)
        ):
            ref = reference(self.dataset, key, revision)
            self._same_as_before(ref, row)
            if not superseded:
                self._take(ref, row, old.get(key), number)
            elif self.kinds[self.kind[row]] and any(self.before.get(ref, ())):
                old[key] = (ref, row)
        self._count(number)

    def _same_as_before(self, ref: str, row: int) -> None:
        """Half of a proof rests on it: what a record counts in is the same in all releases (docs/decisions/0005)."""
        if ref in self.before and self.old_kinds[ref] != self.kinds[self.kind[row]]:
            raise ReleaseRefused(
                _("The records hold other measures than in an earlier release; import them as a new dataset.")
            )

    def _take(self, ref: str, row: int, old: tuple[str, int] | None, number: dict[Group, int]) -> None:
        self.valid += 1
        if not self.kinds[self.kind[row]]:
            self.without_overall += 1
            return
        if old and ref not in self.before:
            self.former[ref] = old
        group = self._group(ref, row)
        self.refs.append(ref)
        self.rows.append(row)
        self.at.append(number.setdefault(group, len(number)))

    def _group(self, ref: str, row: int) -> Group:
        """What the audit sees of one record, with n = 0."""
        former = self.former.get(ref)
        known = self.before.get(former[0] if former else ref)
        before = tuple(known) if known else (None,) * len(self.earlier)
        instead = Former(self.paths[former[1]], self.kinds[self.kind[former[1]]]) if former else None
        may_wait = bool(former) or not known
        return Group(0, self.paths[row], self.kinds[self.kind[row]], before, may_wait=may_wait, former=instead)

    def _count(self, number: dict[Group, int]) -> None:
        """Records that are alike to the audit, counted; leavers too."""
        present = {self.former[ref][0] if ref in self.former else ref for ref in self.refs} if self.before else set()
        sizes = Counter(self.at)
        self.groups = [replace(group, n=sizes[place]) for group, place in number.items()]
        left: Counter[Group] = Counter(
            Group(0, None, self.old_kinds[ref], tuple(before))
            for ref, before in self.before.items()
            if ref not in present
        )
        self.groups += [replace(group, n=n) for group, n in left.items()]

    def chosen(self, decision: Decision) -> Entries:
        """The records of a release, with the path they count on: all but those that wait, whose former version stands."""
        waiting = set(decision.waiting)
        paths: list[Blocks | None] = [decision.retreated.get(group, group.paths) for group in self.groups]
        instead = [group in waiting for group in self.groups]
        refs, rows, own = [], [], []
        for ref, row, place in zip(self.refs, self.rows, self.at, strict=True):
            path = paths[place]
            if instead[place]:
                if ref not in self.former:
                    continue
                ref, row = self.former[ref]
                path = decision.retreated.get(self.groups[place], self.paths[row])
            refs.append(ref)
            rows.append(row)
            own.append(path)
        return Entries(refs, own, [self.kinds[self.kind[row]] for row in rows], self.scores[rows])


@dataclass
class Versions:
    """The valid versions of all companies, by company and revision; `superseded` when a newer one came up to the day."""

    keys: list[str] = field(default_factory=list)
    revisions: list[int] = field(default_factory=list)
    superseded: list[bool] = field(default_factory=list)
    segments: list[tuple[str, str, str]] = field(default_factory=list)  # industry, region, size band
    scores: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int16))


def versions(dataset: Dataset, as_of: date, rules: BenchmarkRules) -> Versions:
    """Read the records that are valid on a day, in chunks."""
    newer = Record.objects.filter(
        dataset=OuterRef("dataset"), record_key=OuterRef("record_key"), revision__gt=OuterRef("revision")
    ).filter(submitted_on__lte=as_of)
    text = Func("scores", Value(","), Value(str(MISSING)), function="array_to_string", output_field=TextField())
    rows = (
        dataset.records.filter(
            submitted_on__range=(months_before(as_of, rules.max_age_months), as_of),
            completion__gte=int(rules.min_completion * 1000),
        )
        .annotate(superseded=Exists(newer), text=text)
        .order_by("record_key", "revision")
        .values_list("record_key", "revision", "superseded", "industry", "region", "size_band", "text")
    )
    found, scores = Versions(), [np.zeros((0, len(dataset.measures)), dtype=np.int16)]
    stream = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(stream, CHUNK)):
        keys, revisions, superseded, *segments, texts = zip(*chunk, strict=True)
        found.keys += keys
        found.revisions += revisions
        found.superseded += superseded
        found.segments += zip(*segments, strict=True)
        scores.append(np.fromstring(",".join(texts), dtype=np.int16, sep=",").reshape(len(chunk), -1))
    found.scores = np.concatenate(scores)
    return found


def blocks(segment: tuple[str, str, str], segments: Segments) -> Blocks:
    """The deepest cell of each tree for an industry, region and size band."""
    path = paths(dict(zip(("industry", "region", "size_band"), segment, strict=True)), segments.sector_of)
    return tuple(SEPARATOR.join(path[tree]) for tree in TREES)


def order(group: Group) -> tuple[str, ...]:
    """By it the audit gets its groups, so that like pools give like releases, whatever the keys of their records."""
    former = group.former and (group.former.paths, sorted(group.former.kinds))
    return tuple(map(repr, (group.paths, sorted(group.kinds), group.before, group.may_wait, former)))


def reference(dataset: Dataset, record_key: str, revision: int) -> str:
    """What a release keeps of a record: a keyed hash, so that the list of members names nobody."""
    return hmac.digest(dataset.key.encode(), f"{record_key} {revision}".encode(), "sha256").hex()


@transaction.atomic
def make_release(
    *,
    dataset: Dataset,
    as_of: date,
    rules: BenchmarkRules,
    segments: Segments,
    method_version: str,
    by: int | None = None,
) -> Release:
    """Build and audit a release of the records valid on a day; nobody sees it before `publish`. Raises ReleaseRefused."""
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    name = f"{dataset.name} {as_of.isoformat()}"
    if Release.objects.filter(name=name).exists():
        raise ReleaseRefused(_("The release “%(name)s” exists already.") % {"name": name})
    last = dataset.release_set.exclude(state__in=Release.UNSEEN).order_by("-as_of").first()
    if last is not None and last.as_of > months_before(as_of, rules.months_between_releases):
        words = {"day": last.as_of, "n": rules.months_between_releases}
        raise ReleaseRefused(_("The last release is of %(day)s; the next one may be made %(n)s months later.") % words)
    unknown = dataset.release_set.exclude(state__in=Release.UNSEEN).filter(members__isnull=True).first()
    if unknown is not None and not dataset.illustrative:
        text = _(
            "Nobody knows who was in “%(name)s”: it was made before releases were audited. "
            "Import the records as a new dataset."
        )
        raise ReleaseRefused(text % {"name": unknown.name})
    pool = Pool(dataset, as_of, rules, segments)
    if len(pool) < rules.n_min:
        raise ReleaseRefused(
            _("Only %(n)s records are valid on %(day)s; at least %(least)s are needed.")
            % {"n": len(pool), "day": as_of, "least": rules.n_min}
        )
    auditor = Auditor(sorted(pool.groups, key=order), n_min=rules.n_min, k=rules.k)
    try:
        decision = auditor.repair()
    except Refused as error:
        raise ReleaseRefused(reporting.refusal(noted(error.why, pool))) from error
    entries = pool.chosen(decision)
    release = Release.objects.create(
        dataset=dataset, name=name, as_of=as_of, method_version=method_version, made_by=by,
        report={
            "valid": pool.valid,
            "counted": len(entries.refs),
            "with_a_gap": sum(GAPS in kinds for kinds in entries.kinds),
            "without_overall": pool.without_overall,
            "waiting": sum(group.n for group in decision.waiting),
            "waiting_corrected": sum(group.n for group in decision.waiting if group.former),
            "in_larger_groups": sum(group.n for group in retreated(decision, auditor)),
            "held": held(pool, decision, auditor),
            "left": sum(group.n for group in pool.groups if group.paths is None),
            "cells": {tree: sum(t == tree for t, _name in decision.cells) for tree in TREES},
            "too_small": auditor.too_small(),
            "dropped": [{"tree": t, "path": p, "why": noted(why, pool)} for (t, p), why in decision.dropped],
            "smallest_cut_found": decision.first_cut,
            "smallest_cut_left": auditor.margin(8 * rules.k),
            "never_below": rules.k,
            "against": [earlier.name for earlier in pool.earlier],
        },
    )  # fmt: skip
    store_cells(
        release,
        build_cells(
            dict(zip(TREES, zip(*entries.paths, strict=True), strict=True)),
            entries.scores,
            dataset.measures,
            rules,
            decision.cells,
        ),
    )
    store_members(release, entries, auditor)
    Release.objects.filter(pk=release.pk).update(state=Release.State.AUDITED)
    release.refresh_from_db()
    return release


def retreated(decision: Decision, auditor: Auditor) -> list[Group]:
    """The groups with a gap that count in larger peer groups than they belong to."""
    return [
        group
        for group, paths in decision.retreated.items()
        if group.paths is not None and auditor.blocks_of(paths) != auditor.blocks_of(group.paths)
    ]


def held(pool: Pool, decision: Decision, auditor: Auditor) -> list[dict[str, Any]]:
    """The records that are not in, or not in all their peer groups: the finest cell of tree A, how many, and why."""
    found: Counter[tuple[str, str, Why]] = Counter()
    for group in (*decision.waiting, *retreated(decision, auditor)):
        what = "gap" if group not in decision.waiting else "corrected" if group.former else "new"
        found[(group.paths or ("",))[0], what, decision.reasons[group]] += group.n
    return [
        {"path": path, "what": what, "n": n, "why": noted(why, pool)}
        for (path, what, why), n in sorted(found.items(), key=lambda item: (item[0][1], -item[1], item[0][0]))
    ]


def noted(why: Why, pool: Pool) -> dict[str, Any]:
    """What stood against it as a report keeps it; benchmarks.reporting says it in words."""
    against = {} if why.release is None else {"release": pool.earlier[why.release].name}
    return {"what": why.what, "size": why.size, **against}


def store_cells(release: Release, cells: Sequence[CellTable]) -> None:
    CellStatistic.objects.bulk_create(
        (
            CellStatistic(
                release=release, tree=c.tree, path=c.path, depth=c.path.count(SEPARATOR), measure=c.measure,
                n_band=c.published.n_band, mean=c.published.mean,
                quantiles={f"P{p}": q for p, q in c.published.quantiles.items()},
            )
            for c in cells
        ),
        batch_size=2000,
    )  # fmt: skip


def store_members(release: Release, entries: Entries, auditor: Auditor) -> None:
    """Who is in a release, in chunks of one statement each: there may be a million."""
    block = {path: auditor.blocks_of(path) for path in set(entries.paths)}
    kinds = {names: "{" + ",".join(sorted(names)) + "}" for names in set(entries.kinds)}
    rows = zip(entries.refs, entries.kinds, entries.paths, strict=True)
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, CHUNK)):
            own = [(ref, kinds[names], *block[path]) for ref, names, path in chunk]
            cursor.execute(ADD_MEMBERS, (release.pk, *map(list, zip(*own, strict=True))))


@transaction.atomic
def publish(*, release: Release, by: int | None = None) -> Release:
    """Show an audited release; the former one is superseded. Raises ReleaseRefused when it is not audited any more."""
    Dataset.objects.select_for_update().get(pk=release.dataset_id)
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state != Release.State.AUDITED:
        raise ReleaseRefused(_("“%(name)s” cannot be published: only an audited release can.") % {"name": release.name})
    # Another one of the same dataset may have been published since the audit: then this one was not judged against it.
    seen = release.dataset.release_set.exclude(state__in=Release.UNSEEN).values_list("name", flat=True)
    if set(seen) != set(release.report["against"]):
        raise ReleaseRefused(
            _("“%(name)s” was audited before the last release came out; discard it and make it anew.")
            % {"name": release.name}
        )
    Release.objects.filter(dataset=release.dataset, state=Release.State.PUBLISHED).update(
        state=Release.State.SUPERSEDED
    )
    Release.objects.filter(pk=release.pk).update(state=Release.State.PUBLISHED, published_at=Now(), published_by=by)
    release.refresh_from_db()
    return release


@transaction.atomic
def discard(*, release: Release, by: int | None = None) -> None:
    """Delete a release that nobody has seen; raises ReleaseRefused for any other."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state not in Release.UNSEEN:
        raise ReleaseRefused(
            _("“%(name)s” cannot be discarded: what was published stays on record.") % {"name": release.name}
        )
    release.delete()


@transaction.atomic
def withdraw(*, release: Release, because: str, by: int | None = None) -> Release:
    """Take a published release back: comparisons stop, its statistics stay on record for the audits to come."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state not in (Release.State.PUBLISHED, Release.State.SUPERSEDED):
        raise ReleaseRefused(
            _("“%(name)s” cannot be withdrawn: only a published release can.") % {"name": release.name}
        )
    if not because.strip():
        raise ReleaseRefused(_("Say why the release is withdrawn."))
    Release.objects.filter(pk=release.pk).update(state=Release.State.WITHDRAWN, withdrawn_because=because.strip())
    release.refresh_from_db()
    return release
