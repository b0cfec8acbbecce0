"""Plans in time: when an action of a wave runs, what starts too early, whom the work loads, what is projected. PURE: no Django."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from assessments.catalogue import Action
from assessments.projection import project

WAVE_ENDS = (3, 6, 12, 24)  # months after the first day of the plan: the horizons of the content, in their order
DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Slot:
    """When an action runs; `wave` is 1 to 4."""

    wave: int
    starts_on: date
    due_on: date


def slot(first: date, wave: int, after: date | None = None) -> Slot:
    """The days of a wave of a plan that begins on `first`; later, and as long, where it must wait until `after`.

    >>> slot(date(2026, 1, 1), 2)
    Slot(wave=2, starts_on=datetime.date(2026, 4, 1), due_on=datetime.date(2026, 6, 30))
    >>> slot(date(2026, 1, 1), 1, after=date(2026, 3, 31))
    Slot(wave=2, starts_on=datetime.date(2026, 4, 1), due_on=datetime.date(2026, 6, 30))
    """
    begin, end = (0, *WAVE_ENDS)[wave - 1 : wave + 1]
    starts = add_months(first, begin)
    if after is None or after < starts:
        return Slot(wave, starts, add_months(first, end) - DAY)
    starts = after + DAY
    due = add_months(starts, end - begin) - DAY
    return Slot(wave_of(first, due), starts, due)


def wave_of(first: date, due: date) -> int:
    """The first wave that ends on or after a day; the last one for whatever comes later."""
    return next((w for w, end in enumerate(WAVE_ENDS, 1) if due < add_months(first, end)), len(WAVE_ENDS))


@dataclass(frozen=True)
class Step:
    """One planned action as time sees it; `needs` are the keys of those it builds on, as far as they are planned."""

    starts_on: date
    due_on: date
    done: bool
    needs: tuple[str, ...] = ()


def clashes(steps: Mapping[str, Step]) -> list[tuple[str, str]]:
    """Which action (first) starts before one it builds on (second) is due; what is done holds nothing up.

    >>> early = Step(date(2026, 3, 1), date(2026, 5, 1), False, ("a",))
    >>> clashes({"a": Step(date(2026, 1, 1), date(2026, 3, 1), False), "b": early})
    [('b', 'a')]
    """
    return [
        (key, needed)
        for key, step in steps.items()
        if not step.done
        for needed in step.needs
        if needed in steps and not steps[needed].done and steps[needed].due_on >= step.starts_on
    ]


def months(first: date, last: date) -> list[date]:
    """The first days of all months from one day to another.

    >>> months(date(2026, 11, 25), date(2027, 1, 2))
    [datetime.date(2026, 11, 1), datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)]
    """
    found = [first.replace(day=1)]
    while (following := add_months(found[-1], 1)) <= last:
        found.append(following)
    return found


def load(pieces: Iterable[tuple[date, date, int]]) -> dict[date, float]:
    """Person-days by month (its first day): each effort spread evenly over the calendar days from start to due.

    >>> load([(date(2026, 1, 1), date(2026, 2, 28), 59)])
    {datetime.date(2026, 1, 1): 31.0, datetime.date(2026, 2, 1): 28.0}
    """
    found: dict[date, float] = {}
    for starts, due, effort in pieces:
        total = (due - starts).days + 1
        for month in months(starts, due):
            first, last = max(month, starts), min(add_months(month, 1) - DAY, due)
            found[month] = found.get(month, 0.0) + effort * ((last - first).days + 1) / total
    return dict(sorted(found.items()))


def lifts(
    scores: Mapping[str, float], actions: Sequence[Action], lift_by_impact: Sequence[Fraction]
) -> list[dict[str, float]]:
    """What each action adds to the projection of its dimensions, on top of the ones before it (METHOD 7).

    The sums of all are the projection itself, so no sum goes above a ceiling; what lifts nothing gives {}.
    """
    found, after = [], dict(scores)
    for action in actions:
        then = project(after, [action], lift_by_impact)
        found.append({d: then[d] - after[d] for d in action.dimensions if d in after and then[d] > after[d]})
        after = then
    return found
