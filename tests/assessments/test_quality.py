"""Quality of answers (METHOD 8): what is asked again before the submit, with the thresholds of the method file."""

from pathlib import Path

import pytest

from assessments import quality, quality_words
from assessments.content import read_content
from assessments.method import read_method
from assessments.quality import Finding, Known

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CONTENT, RULES = read_content(FIXTURES), read_method(FIXTURES / "method.yaml").quality
CAP = [q.code for d in CONTENT.component_by_code["CAP"].dimensions for q in CONTENT.questions_of("enterprise", d.code)]


def found(view="enterprise", **known):
    return quality.findings(CONTENT, view, Known(**known), RULES)


@pytest.mark.parametrize(
    ("same", "answered", "flagged"),
    [(8, 8, True), (7, 7, False), (9, 10, False), (10, 11, True), (11, 12, True)],
)
def test_straight_lines_begin_above_nine_tenths_of_eight_answers(same, answered, flagged):
    """9 of 10 is exactly 90 %: not more; 10 of 11 is 90.9 %."""
    codes = CAP[:answered]
    levels = dict.fromkeys(codes[:same], 2) | dict.fromkeys(codes[same:], 3)
    expected = Finding(
        "straight_line", tuple(codes[:same]), {"component": "CAP", "level": 2, "same": same, "answered": answered}
    )
    assert found(levels=levels) == ((expected,) if flagged else ())


def test_the_same_level_in_two_components_is_two_findings():
    levels = {q.code: 3 for q in CONTENT.questions_of("enterprise")}
    assert [f.values["component"] for f in found(levels=levels)] == ["CAP", "VST", "RES", "GOV"]


def test_high_levels_want_evidence():
    levels = {"E-CAP1-1": 4, "E-CAP1-2": 5, "E-CAP2-1": 3, "E-CAP2-2": 5}
    assert found(levels=levels, supported={"E-CAP2-2"}) == (
        Finding("unsupported", ("E-CAP1-1",), {"level": 4}),
        Finding("unsupported", ("E-CAP1-2",), {"level": 5}),
    )


def test_jumps_want_a_comment():
    now = {"E-CAP1-1": 3, "E-CAP1-2": 1, "E-CAP2-1": 2, "E-CAP2-2": 3, "E-CAP3-1": 3}
    before = {"E-CAP1-1": 1, "E-CAP1-2": 3, "E-CAP2-1": 1, "E-CAP2-2": 1}
    assert found(levels=now, previous=before, commented={"E-CAP2-2"}) == (
        Finding("jump", ("E-CAP1-1",), {"before": 1, "now": 3}),
        Finding("jump", ("E-CAP1-2",), {"before": 3, "now": 1}),
    )


def test_contradictions_between_mirrored_questions_are_seen_from_both_sides():
    """S-CAP1-1 mirrors E-CAP1-1 (content)."""
    assert "E-CAP1-1" in CONTENT.question_by_code["S-CAP1-1"].mirrors
    assert found(levels={"E-CAP1-1": 1}, other_view={"S-CAP1-1": 3}) == (
        Finding("contradiction", ("E-CAP1-1", "S-CAP1-1"), {"here": 1, "there": 3}),
    )
    assert found("site", levels={"S-CAP1-1": 3}, other_view={"E-CAP1-1": 1}) == (
        Finding("contradiction", ("S-CAP1-1", "E-CAP1-1"), {"here": 3, "there": 1}),
    )
    assert found(levels={"E-CAP1-1": 2}, other_view={"S-CAP1-1": 3}) == ()
    assert found(levels={"E-CAP1-1": 1}) == ()


def test_findings_are_questions():
    levels = {**dict.fromkeys(CAP[:8], 4)}
    findings = found(levels=levels, previous={CAP[0]: 1}, other_view={"S-CAP1-1": 1})
    words = [quality_words.sentence(f, CONTENT) for f in findings]
    assert words[0] == "In “Capabilities” 8 of 8 answers are level 4. Is the picture really that even?"
    assert words[1] == "Level 4 without evidence: can you add a document, a link or a short comment?"
    assert words[9].startswith("Level 1 in the last cycle, level 4 today: what has changed?")
    assert words[10] == ("Level 4 here, but you chose level 1 for the same matter in S-CAP1-1. Do both describe today?")
    assert all("?" in w for w in words)
