"""Plans in time, by hand: waves, waiting, clashes, loads, and lifts that add up to the projection."""

from datetime import date
from fractions import Fraction

import pytest

from assessments import planning
from assessments.catalogue import Action
from assessments.planning import Slot, Step

LIFT = [Fraction(n, 2) for n in range(5)]


def action(code, dimensions, impact, end, lifts=True):
    return Action(code, "", "", "", dimensions, 1, end, None, "", impact, 1, "", "", "", (), (), "", lifts)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_where_the_month_ends(day, months, then):
    assert planning.add_months(day, months) == then


@pytest.mark.parametrize(
    ("wave", "starts", "due"),
    [
        (1, date(2026, 2, 10), date(2026, 5, 9)),
        (2, date(2026, 5, 10), date(2026, 8, 9)),
        (3, date(2026, 8, 10), date(2027, 2, 9)),
        (4, date(2027, 2, 10), date(2028, 2, 9)),
    ],
)
def test_waves_follow_each_other_without_a_gap(wave, starts, due):
    assert planning.slot(date(2026, 2, 10), wave) == Slot(wave, starts, due)


def test_what_must_wait_moves_as_a_whole_and_changes_its_wave():
    """A quarter's work of wave 1 that must wait until 9 August ends on 9 November: in wave 3 (until 9 February)."""
    found = planning.slot(date(2026, 2, 10), 1, after=date(2026, 8, 9))
    assert found == Slot(3, date(2026, 8, 10), date(2026, 11, 9))


def test_the_last_wave_takes_whatever_comes_later():
    assert planning.wave_of(date(2026, 1, 1), date(2031, 1, 1)) == 4


@pytest.mark.parametrize(
    ("due", "done", "clash"),
    [(date(2026, 2, 28), False, False), (date(2026, 3, 1), False, True), (date(2026, 9, 1), True, False)],
)
def test_a_clash_is_a_start_on_or_before_the_day_its_base_is_due(due, done, clash):
    steps = {
        "base": Step(date(2026, 1, 1), due, done),
        "next": Step(date(2026, 3, 1), date(2026, 6, 1), False, ("base", "elsewhere")),
    }
    assert planning.clashes(steps) == ([("next", "base")] if clash else [])


def test_work_is_spread_by_days_over_its_months():
    """90 days of work in 90 calendar days: 17 of January, 28 of February, 31 of March, 14 of April."""
    load = planning.load([(date(2026, 1, 15), date(2026, 4, 14), 90), (date(2026, 2, 1), date(2026, 2, 28), 14)])
    assert load == pytest.approx(
        {date(2026, 1, 1): 17, date(2026, 2, 1): 42, date(2026, 3, 1): 31, date(2026, 4, 1): 14}
    )


def test_lifts_add_up_to_the_projection_and_stop_at_each_ceiling():
    """From 2.0: +1.0 to 3.0; then +2.0 but not above 4.5, so +1.5; then nothing below its end; one that only prepares."""
    chosen = [
        action("A1", ("D1",), 3, 3.0),
        action("A2", ("D1", "D2", "D9"), 5, 4.5),
        action("A3", ("D1",), 5, 4.0),
        action("A4", ("D1",), 5, 5.0, lifts=False),
    ]
    assert planning.lifts({"D1": 2.0, "D2": 4.0}, chosen, LIFT) == [{"D1": 1.0}, {"D1": 1.5, "D2": 0.5}, {}, {}]
