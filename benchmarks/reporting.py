"""The report of an audit in words, for the steward's page and the command."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from benchmarks.disclosure import BETWEEN_TREES, EARLIER, TOO_FEW, UNCHECKED
from benchmarks.wording import number


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """What was counted, what was left out and why, and how close the nearest danger is."""
    yield _("%(n)s of %(all)s valid records are in the release.") % {
        "n": number(report["counted"]),
        "all": number(report["valid"]),
    }
    if n := report["with_a_gap"]:
        yield ngettext(
            "%(n)s record has a gap in a component and counts in its complete components and in the overall score.",
            "%(n)s records have a gap in a component and count in their complete components and in the overall score.",
            n,
        ) % {"n": number(n)}
    if n := report["in_larger_groups"]:
        yield ngettext(
            "%(n)s of these would stand out in a small peer group and counts in the larger ones only.",
            "%(n)s of these would stand out in a small peer group and count in the larger ones only.",
            n,
        ) % {"n": number(n)}
    if n := report["without_overall"]:
        yield ngettext(
            "%(n)s record has no overall score and is left out.",
            "%(n)s records have no overall score and are left out.",
            n,
        ) % {"n": number(n)}
    if n := report["waiting"]:
        yield ngettext(
            "%(n)s record waits for the next release: it would stand out now.",
            "%(n)s records wait for the next release: they would stand out now.",
            n,
        ) % {"n": number(n)}
    if n := report["waiting_corrected"]:
        yield ngettext(
            "For %(n)s of them the former answers stand until then.",
            "For %(n)s of them the former answers stand until then.",
            n,
        ) % {"n": number(n)}
    if n := report["left"]:
        yield ngettext(
            "%(n)s record of earlier releases has left.", "%(n)s records of earlier releases have left.", n
        ) % {"n": number(n)}
    yield _("Peer groups published: %(a)s by industry, %(b)s by region.") % {
        "a": report["cells"]["A"],
        "b": report["cells"]["B"],
    }
    if n := report["too_small"]:
        yield ngettext("%(n)s peer group is too small.", "%(n)s peer groups are too small.", n) % {"n": number(n)}
    if n := len(report["dropped"]):
        yield ngettext(
            "%(n)s peer group was dropped to protect companies.",
            "%(n)s peer groups were dropped to protect companies.",
            n,
        ) % {"n": number(n)}
    # The exact size is known of one release; of several together only that it is not below K.
    alone = {"n": report["smallest_cut_left"]}
    yield _("No combination of its figures isolates fewer than %(n)s companies.") % alone
    if against := report["against"]:
        together = {"n": report["never_below"], "names": ", ".join(against)}
        yield _("Together with %(names)s none isolates fewer than %(n)s.") % together


def reason(why: Mapping[str, Any]) -> str:
    """Why a record waits or a peer group was dropped; `why` as `benchmarks.releases.noted` keeps it."""
    words = {"n": why["size"], "name": why.get("release", "")}
    if why["what"] == BETWEEN_TREES:
        return (
            ngettext(
                "A single record could be told apart by comparing the groups by industry with those by region.",
                "A group of %(n)s records could be told apart by comparing the groups by industry with those by region.",
                why["size"],
            )
            % words
        )
    if why["what"] == EARLIER:
        return (
            ngettext(
                "A single record could be told apart by comparing with “%(name)s”.",
                "A group of %(n)s records could be told apart by comparing with “%(name)s”.",
                why["size"],
            )
            % words
        )
    return (
        ngettext(
            "A single record could be told apart by comparing all releases together.",
            "A group of %(n)s records could be told apart by comparing all releases together.",
            why["size"],
        )
        % words
    )


def refusal(why: Mapping[str, Any]) -> str:
    """Why there is no release at all."""
    if why["what"] == TOO_FEW:
        text = _("No release can be made: fewer than %(n)s records can be counted without telling one apart.")
        return text % {"n": why["size"]}
    if why["what"] == UNCHECKED:
        return _("No release can be made: what all releases tell together could not be checked to the end.")
    text = _("No release can be made, and leaving peer groups out does not help. %(reason)s")
    return text % {"reason": reason(why)}
