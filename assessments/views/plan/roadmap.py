"""The roadmap drawn by the server: where bars, lines and months stand, in percent of the drawing. Calculates, reads nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import plan_words
from assessments.models import PlannedAction
from assessments.planning import WAVE_ENDS, add_months, months
from opmodel.organisations.models import Member

DAY = timedelta(days=1)
LAST = 90  # percent: a name further right would stand outside of the drawing, so it ends at its line


def level_x(level: float) -> float:
    """A level 1 to 5 as a place from left to right, in percent, with room for a mark at both ends.

    >>> level_x(1), level_x(3), level_x(5)
    (4.0, 50.0, 96.0)
    """
    return round(4 + 92 * (level - 1) / 4, 2)


def gantt(
    first: date,
    planned: Sequence[PlannedAction],
    rows: Sequence[Mapping[str, Any]],
    needs: Mapping[int, Sequence[PlannedAction]],
    early: Mapping[int, Sequence[PlannedAction]],
    today: date,
) -> dict[str, Any] | None:
    """Bars in the order of the rows, lines from what an action builds on to it; None without rows.

    `first` is the first day of the plan, from which its waves count.
    """
    if not planned:
        return None
    begin = min(r.starts_on for r in planned).replace(day=1)
    end = add_months(max(r.due_on for r in planned).replace(day=1), 1)
    span = (end - begin).days

    def x(day: date) -> float:
        return round(100 * (day - begin).days / span, 2)

    def y(place: int) -> float:
        return round(100 * (place + 0.5) / len(planned), 3)

    place_of = {r.pk: n for n, r in enumerate(planned)}
    bars = [
        {**row, "x": x(r.starts_on), "width": round(x(r.due_on + DAY) - x(r.starts_on), 2), "y": y(n)}
        for n, (r, row) in enumerate(zip(planned, rows, strict=True))
    ]
    lines = [
        {
            "from_x": x(needed.due_on + DAY),
            "from_y": y(place_of[needed.pk]),
            "to_x": x(r.starts_on),
            "to_y": y(place_of[r.pk]),
            "early": any(e.pk == needed.pk for e in early.get(r.pk, ())),
        }
        for r in planned
        for needed in needs.get(r.pk, ())
        if needed.pk in place_of
    ]
    ticks = months(begin, end - DAY)
    step = 1 if len(ticks) <= 8 else 3 if len(ticks) <= 27 else 6
    shown = ticks[::step]
    # A phone shows every other one, so these name their year by themselves.
    new_year = {t for n, t in enumerate(shown) if n == 0 or t.year != shown[n - (1 if n % 2 else 2)].year}
    waves = [add_months(first, months) for months in WAVE_ENDS]
    return {
        "bars": bars,
        "lines": lines,
        "ticks": [
            {"x": x(t), "label": month_label(t, t in new_year), "minor": n % 2 != 0, "last": x(t) > LAST}
            for n, t in enumerate(shown)
        ],
        "waves": [{"x": x(day), "n": n} for n, day in enumerate(waves, 1) if begin < day < end],
        "today": x(today) if begin <= today < end else None,
        "text": _("From %(first)s to %(last)s.") % {"first": plan_words.day(begin), "last": plan_words.day(end - DAY)},
    }


def month_label(month: date, with_year: bool) -> str:
    """A month as short as can be."""
    short = str(MONTHS_3[month.month]).capitalize()
    return f"{short} {month.year}" if with_year else short


def owners(
    loads: Mapping[Member, Mapping[date, float]], capacity: Mapping[int, int], typed: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each owner's load by month as small bars against what can be given, and in words."""
    every = sorted({month for load in loads.values() for month in load})
    if not every:
        return []
    line = months(every[0], every[-1])
    found = []
    for member, load in loads.items():
        given = capacity.get(member.pk)
        highest = max([*load.values(), given or 0, 1])
        width = 100 / len(line)
        bars = [
            {
                "x": round(n * width, 2),
                "width": round(width * 0.8, 2),
                "height": round(100 * load.get(month, 0.0) / highest, 1),
                "y": round(100 - 100 * load.get(month, 0.0) / highest, 1),
                "over": given is not None and round(load.get(month, 0.0)) > given,
            }
            for n, month in enumerate(line)
        ]
        found.append(
            {
                "key": member.public_id,
                "name": member.user.get_full_name(),
                "bars": bars,
                "limit": None if given is None else round(100 - 100 * given / highest, 1),
                "capacity": typed.get(member.public_id, "" if given is None else str(given)),
                "words": plan_words.overload(load, given),
                "over": given is not None and any(round(days) > given for days in load.values()),
                "months": [
                    {
                        "label": date_format(month, "YEAR_MONTH_FORMAT"),
                        "days": round(days),
                        "over": given is not None and round(days) > given,
                    }
                    for month, days in load.items()
                ],
                "text": _("Most in a month: %(n)d person-days.") % {"n": round(max(load.values()))},
            }
        )
    return found
