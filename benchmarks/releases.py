"""Records -> an audited, then published table (METHOD 5 and 6). Comparisons read the table, never the records."""

import hashlib
import hmac
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from benchmarks import families, reporting
from benchmarks.cells import MISSING, SEPARATOR, CellTable, Segments, build_cells, paths
from benchmarks.disclosure import GAPS, TREES, Auditor, Blocks, Decision, Former, Group, Refused, Why
from benchmarks.models import CellStatistic, Dataset, Release, ReleaseMember
from benchmarks.rules import BenchmarkRules

COLUMNS = ("record_key", "revision", "industry", "region", "size_band", "submitted_on", "completion", "scores")


class ReleaseRefused(ValueError):
    """No release was made; the text says why. The old one stays."""


def months_before(day: date, months: int) -> date:
    """The same day of the month, months earlier (the last day of a shorter month).

    >>> months_before(date(2026, 2, 28), 24)
    datetime.date(2024, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass
class Entry:
    """One version of a record as the audit sees it; `scores` in thousandths with MISSING where it does not count."""

    ref: str
    path: Blocks
    kinds: frozenset[str]
    scores: npt.NDArray[np.int16]


class Pool:
    """The records of a dataset that are valid on a day, what they were in earlier releases, and who has left."""

    def __init__(self, dataset: Dataset, as_of: date, rules: BenchmarkRules, segments: Segments) -> None:
        self.dataset, self.segments = dataset, segments
        self.earlier = list(dataset.release_set.exclude(state__in=Release.UNSEEN).order_by("as_of", "pk"))
        self.before = self._members()
        self.valid = self.without_overall = 0
        self.now: list[Entry] = []
        self.former: dict[str, Entry] = {}  # reference of the new version -> what stands instead
        self._read(as_of, rules)

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

    def _read(self, as_of: date, rules: BenchmarkRules) -> None:
        """The newest version of each company up to the day counts, if it is valid; an older one may stand instead."""
        first, least = months_before(as_of, rules.max_age_months), int(rules.min_completion * 1000)
        rows = list(self.dataset.records.filter(submitted_on__lte=as_of).values_list(*COLUMNS).order_by(*COLUMNS[:2]))
        newest = {row[0]: row[1] for row in rows}
        valid = [row for row in rows if row[5] >= first and row[6] >= least]
        versions: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        for key, revision, entry in self._entries(valid):
            versions[key].append((revision, entry))
        for key, its in versions.items():
            revision, entry = its[-1]
            if revision != newest[key]:  # the newest one is not valid: an older one describes another company
                continue
            self.valid += 1
            if not entry.kinds:
                self.without_overall += 1
                continue
            self.now.append(entry)
            published = [old for _revision, old in its[:-1] if any(self.before.get(old.ref, ())) and old.kinds]
            if published and entry.ref not in self.before:
                self.former[entry.ref] = published[-1]

    def _entries(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, int, Entry]]:
        if not rows:
            return
        scores = np.array([[MISSING if s is None else s for s in row[7]] for row in rows], dtype=np.int16)
        counted, kinds = families.counted(scores, self.dataset.measures, self.dataset.families)
        for row, own, its in zip(rows, counted, kinds, strict=True):
            key, revision, industry, region, size_band = row[:5]
            path = paths({"industry": industry, "region": region, "size_band": size_band}, self.segments.sector_of)
            ref = reference(self.dataset, key, revision)
            # Half of a proof rests on it: what a record counts in is the same in all releases (docs/decisions/0005).
            if ref in self.before and self.old_kinds[ref] != its:
                raise ReleaseRefused(
                    _("the records hold other measures than in an earlier release; import them as a new dataset")
                )
            yield key, revision, Entry(ref, (SEPARATOR.join(path["A"]), SEPARATOR.join(path["B"])), its, own)

    def groups(self) -> list[Group]:
        """Records that are alike to the audit, counted; leavers too."""
        found: Counter[Group] = Counter()
        present = set()
        for entry in self.now:
            former = self.former.get(entry.ref)
            present.add(former.ref if former else entry.ref)
            found[self.group(entry)] += 1
        for ref, before in self.before.items():
            if ref not in present:
                found[Group(0, None, self.old_kinds[ref], tuple(before))] += 1
        ordered = sorted(found.items(), key=lambda item: repr(sorted_key(item[0])))
        return [with_n(group, n) for group, n in ordered]

    def group(self, entry: Entry) -> Group:
        """The group of one record, with n = 0."""
        former = self.former.get(entry.ref)
        known = self.before.get(former.ref if former else entry.ref)
        before = tuple(known) if known else (None,) * len(self.earlier)
        instead = Former(former.path, former.kinds) if former else None
        return Group(0, entry.path, entry.kinds, before, may_wait=bool(former) or not known, former=instead)


def sorted_key(group: Group) -> tuple[Any, ...]:
    former = group.former and (group.former.paths, sorted(group.former.kinds))
    return group.paths, sorted(group.kinds), group.before, group.may_wait, former


def with_n(group: Group, n: int) -> Group:
    return replace(group, n=n)


def reference(dataset: Dataset, record_key: str, revision: int) -> str:
    """What a release keeps of a record: a keyed hash, so that the list of members names nobody."""
    return hmac.new(dataset.key.encode(), f"{record_key} {revision}".encode(), hashlib.sha256).hexdigest()


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
        raise ReleaseRefused(_("the release “%(name)s” exists already") % {"name": name})
    last = dataset.release_set.exclude(state__in=Release.UNSEEN).order_by("-as_of").first()
    if last is not None and last.as_of > months_before(as_of, rules.months_between_releases):
        words = {"day": last.as_of, "n": rules.months_between_releases}
        raise ReleaseRefused(_("the last release is of %(day)s; the next one may be made %(n)s months later") % words)
    unknown = dataset.release_set.exclude(state__in=Release.UNSEEN).filter(members__isnull=True).first()
    if unknown is not None and not dataset.illustrative:
        text = _(
            "nobody knows who was in “%(name)s”: it was made before releases were audited. "
            "Import the records as a new dataset."
        )
        raise ReleaseRefused(text % {"name": unknown.name})
    pool = Pool(dataset, as_of, rules, segments)
    if len(pool.now) < rules.n_min:
        raise ReleaseRefused(
            _("only %(n)s records are valid on %(day)s; at least %(least)s are needed")
            % {"n": len(pool.now), "day": as_of, "least": rules.n_min}
        )
    groups = pool.groups()
    auditor = Auditor(groups, n_min=rules.n_min, k=rules.k)
    try:
        decision = auditor.repair()
    except Refused as error:
        raise ReleaseRefused(reporting.refusal(noted(error.why, pool))) from error
    entries = chosen(pool, decision)
    release = Release.objects.create(
        dataset=dataset, name=name, as_of=as_of, method_version=method_version, made_by=by,
        report={
            "valid": pool.valid,
            "counted": len(entries),
            "with_a_gap": sum(GAPS in entry.kinds for entry in entries),
            "without_overall": pool.without_overall,
            "waiting": sum(group.n for group in decision.waiting),
            "waiting_corrected": sum(group.n for group in decision.waiting if group.former),
            "in_larger_groups": sum(group.n for group in retreated(decision, auditor)),
            "held": held(pool, decision, auditor),
            "left": sum(group.n for group in groups if group.paths is None),
            "cells": {tree: sum(t == tree for t, _name in decision.cells) for tree in TREES},
            "too_small": auditor.too_small(),
            "dropped": [{"tree": t, "path": p, "why": noted(why, pool)} for (t, p), why in decision.dropped],
            "smallest_cut_found": decision.first_cut,
            "smallest_cut_left": auditor.margin(8 * rules.k),
            "never_below": rules.k,
            "against": [earlier.name for earlier in pool.earlier],
        },
    )  # fmt: skip
    store_cells(release, build_cells(*columns_of(entries), dataset.measures, rules, decision.cells))
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


def chosen(pool: Pool, decision: Decision) -> list[Entry]:
    """The records of a release, with the path they count on: all but those that wait, whose former version stands."""
    waiting = {with_n(group, 0) for group in decision.waiting}
    retreated = {with_n(group, 0): paths for group, paths in decision.retreated.items()}
    entries: list[Entry] = []
    for entry in pool.now:
        group = pool.group(entry)
        kept = pool.former.get(entry.ref) if group in waiting else entry
        if kept is not None:
            entries.append(replace(kept, path=retreated.get(group, kept.path)))
    return entries


def columns_of(entries: Sequence[Entry]) -> tuple[dict[str, list[tuple[str, ...]]], npt.NDArray[np.int16]]:
    """The levels of both trees, and the scores, as `build_cells` wants them."""
    levels = {}
    for i, tree in enumerate(TREES):
        found = [entry.path[i].split(SEPARATOR) for entry in entries]
        depth = max(map(len, found))
        levels[tree] = list(zip(*(p + [""] * (depth - len(p)) for p in found), strict=True))
    return levels, np.array([entry.scores for entry in entries], dtype=np.int16)


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


def store_members(release: Release, entries: Sequence[Entry], auditor: Auditor) -> None:
    ReleaseMember.objects.bulk_create(
        (
            ReleaseMember(release=release, record_ref=e.ref, kinds=sorted(e.kinds), block_a=a, block_b=b)
            for e in entries
            for a, b in [auditor.blocks_of(e.path)]
        ),
        batch_size=2000,
    )


@transaction.atomic
def publish(*, release: Release, by: int | None = None) -> Release:
    """Show an audited release; the former one is superseded. Raises ReleaseRefused when it is not audited any more."""
    Dataset.objects.select_for_update().get(pk=release.dataset_id)
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state != Release.State.AUDITED:
        raise ReleaseRefused(_("“%(name)s” cannot be published: only an audited release can") % {"name": release.name})
    # Another one of the same dataset may have been published since the audit: then this one was not judged against it.
    seen = release.dataset.release_set.exclude(state__in=Release.UNSEEN).values_list("name", flat=True)
    if set(seen) != set(release.report["against"]):
        raise ReleaseRefused(
            _("“%(name)s” was audited before the last release came out; discard it and make it anew")
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
            _("“%(name)s” cannot be discarded: what was published stays on record") % {"name": release.name}
        )
    release.delete()


@transaction.atomic
def withdraw(*, release: Release, because: str, by: int | None = None) -> Release:
    """Take a published release back: comparisons stop, its statistics stay on record for the audits to come."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.state not in (Release.State.PUBLISHED, Release.State.SUPERSEDED):
        raise ReleaseRefused(_("“%(name)s” cannot be withdrawn: only a published release can") % {"name": release.name})
    if not because.strip():
        raise ReleaseRefused(_("say why the release is withdrawn"))
    Release.objects.filter(pk=release.pk).update(state=Release.State.WITHDRAWN, withdrawn_because=because.strip())
    release.refresh_from_db()
    return release
