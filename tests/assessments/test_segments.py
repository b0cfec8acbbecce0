"""The segment of a site against the rules as the content words them, case by case."""

import itertools
from pathlib import Path

import pytest

from assessments.content import read_content
from assessments.segments import largest_cost, segment_of

CONTENT = read_content(Path(__file__).resolve().parents[2] / "fixtures")
ORDER = ["Review", "Lead", "Modernise", "Optimise", "Sustain"]  # tie_rule
EXIT = "transition/exit candidate"


def as_worded(role, margin, growth, automation):
    """The first rule of the content that is true, in the order of its tie rule; None by its missing rule."""
    critical = [v for v in (margin, growth) if v is not None]
    if not critical or automation is None:
        return None
    conditions = {r.segment: r.when for r in CONTENT.segmentation.rules}
    for name in ORDER:
        text = conditions[name].replace("max(margin,growth)", str(max(critical)))
        text = text.replace(f"role = {EXIT}", str(role == EXIT)).replace("automation_maturity", str(automation))
        for low in (2,):
            text = text.replace(f"in {low}..3", "in (2, 3)")
        if eval(text):  # the words of our own content
            return name
    raise AssertionError("the rules cover every case")


@pytest.mark.parametrize("role", [None, "market server", EXIT])
def test_every_case_follows_the_rules_of_the_content(role):
    assert "Review, Lead, Modernise, Optimise, Sustain" in CONTENT.segmentation.tie_rule
    levels = (None, 1, 2, 3, 4, 5)
    for margin, growth, automation in itertools.product(levels, levels, levels):
        profile = {"role": role, "margin_criticality": margin, "growth_criticality": growth}
        found = segment_of(profile, {"automation_maturity": automation}, {})
        assert found.segment == as_worded(role, margin, growth, automation), (role, margin, growth, automation)
        assert bool(found.missing) is (found.segment is None)


@pytest.mark.parametrize(
    ("margin", "growth", "automation", "segment"),
    [
        (4, 1, 4, "Lead"),
        (4, 1, 3, "Modernise"),
        (3, 1, 3, "Optimise"),
        (3, 1, 2, "Sustain"),
        (1, 1, 5, "Review"),
        (None, 5, 5, "Lead"),
        (2, None, 1, "Sustain"),
    ],
)
def test_segments_by_hand(margin, growth, automation, segment):
    profile = {"margin_criticality": margin, "growth_criticality": growth}
    assert segment_of(profile, {"automation_maturity": automation}, {}).segment == segment


def test_what_is_missing_is_named():
    assert segment_of({"margin_criticality": 3}, {}, {}).missing == ("automation_maturity",)
    assert segment_of({"role": EXIT}, {"automation_maturity": 1}, {}).missing == (
        "margin_criticality",
        "growth_criticality",
    )


def test_the_largest_cost_does_not_hang_on_the_order_of_stored_keys():
    cost = {"materials": 40.0, "overhead": 40.0, "quality": 20.0}
    assert largest_cost(cost) == largest_cost(dict(reversed(cost.items()))) == "materials"
    assert largest_cost({**cost, "quality": 45.0}) == "quality"
