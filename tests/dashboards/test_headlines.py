"""The one sentence: what it says for numbers that anybody can check by eye."""

import pytest

from opmodel.dashboards import headlines as h

ALL = ("Capabilities", "Value streams", "Resources", "Governance")


@pytest.mark.parametrize(
    ("own", "median", "said"),
    [
        ((2.8, 2.5, 3.2, 2.6), (3.0, 3.0, 3.1, 2.9), "Value streams: 2.5 against a peer median of 3.0, the widest gap."),
        ((2.8, 2.7, 3.2, 2.7), (2.8, 2.8, 3.1, 2.8), "Value streams and Governance lie furthest below their peers, 0.1 under the median."),
        ((2.5, 2.5, 3.2, 2.5), (2.8, 2.8, 3.1, 2.8), "3 components lie furthest below their peers, 0.3 under the median."),
        # 2.64 reads 2.6 and 2.56 reads 2.6: equal on the page is equal in the sentence
        ((2.64, 2.56, 3.2, 3.0), (2.8, 2.8, 3.1, 2.8), "Capabilities and Value streams lie furthest below their peers, 0.2 under the median."),
        ((3.0, 3.2, 3.2, 3.0), (3.0, 3.0, 3.1, 2.8), "No component lies below the peer median; Capabilities is level with it at 3.0."),
        ((3.4, 3.2, 3.2, 3.0), (3.0, 3.0, 3.1, 2.8), "All components lie above the peer median; Resources is closest to it."),
        ((3.4, 3.2, None, 3.0), (3.0, 3.0, 3.1, 2.8), "1 component cannot be scored yet: too little of it is answered."),
        ((None, None, None, None), (3.0, 3.0, 3.1, 2.8), "Too little is answered for a score."),
        ((3.4, 3.2, 2.9, 3.0), (None,) * 4, "Resources is the weakest component, with 2.9 of 5. No peers to compare with."),
        ((3.4, 2.92, 2.9, 3.0), (None,) * 4,
         "Value streams and Resources are the weakest components, with 2.9 of 5. No peers to compare with."),
        ((2.9, 2.92, 2.9, 3.0), (None,) * 4, "3 components are the weakest, with 2.9 of 5. No peers to compare with."),
        ((3.0, 3.04, 3.0, 3.0), (None,) * 4, "All components stand at 3.0 of 5. No peers to compare with."),
    ],
)  # fmt: skip
def test_the_page(own, median, said):
    assert h.page_headline(list(zip(ALL, own, median, strict=True))) == said


def test_components_that_do_not_apply_are_not_said_to_be_unanswered():
    own, peers = (3.0, None, None, 2.0), (3.0,) * 4
    components = list(zip(ALL, own, peers, strict=True))
    assert h.page_headline(components, 2) == "2 components do not apply to you, so there is no overall score."
    assert h.page_headline(components, 1) == "1 component cannot be scored yet: too little of it is answered."


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(2.0, 2.5), (3.0, 2.5)], "One dimension lies below the peers' lower quartile"),
        ([(2.0, 2.5), (2.44, 2.5), (3.0, 2.5)], "2 dimensions lie below the peers' lower quartile"),
        ([(2.45, 2.5), (3.0, 2.5)], "No dimension lies below the peers' lower quartile"),  # 2.45 reads 2.5
        ([(3.0, 2.5), (None, 2.5)], "None of the dimensions that can be compared (1) lies below the peers' lower quartile"),
        ([(2.0, 2.5), (3.0, 2.5), (None, 2.5)], "One of the dimensions that can be compared (2) lies below the peers' lower quartile"),
        ([(2.0, 2.5), (2.0, 2.5), (3.0, 2.5), (None, 2.5)], "2 of the dimensions that can be compared (3) lie below the peers' lower quartile"),
        ([(2.0, None)], "Where the dimensions stand"),
    ],
)  # fmt: skip
def test_the_chart(pairs, said):
    assert h.dimension_headline(pairs) == said


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([("A", 0.9, "severe"), ("B", -0.6, "flagged"), ("C", 0.1, "none")], "In 2 dimensions the views differ, most in A: head office 0.9 above the plants."),
        ([("A", 0.5, "flagged"), ("B", -1.2, "severe")], "In 2 dimensions the views differ, most in B: the plants 1.2 above head office."),
        ([("A", 0.6, "flagged")], "In one dimension the views differ: A, head office 0.6 above the plants."),
        ([("A", 0.4, "none")], "Head office and plants see the same picture."),
        ([("A", None, "unknown")], "Fewer than three plants answered the mirrored questions: the views cannot be compared yet."),
    ],
)  # fmt: skip
def test_the_two_views(gaps, said):
    assert h.perception_headline(gaps) == said


@pytest.mark.parametrize(
    ("actions", "now", "then", "unranked", "said"),
    [
        (5, 2.8, 3.1, 0, "Begin with Value streams. These 5 actions could lift the overall score from 2.8 to 3.1."),
        (1, 2.8, 3.1, 0, "Begin with Value streams. This action could lift the overall score from 2.8 to 3.1."),
        (5, 2.81, 2.84, 0, "Begin with Value streams."),  # both read 2.8
        (5, None, None, 0, "Begin with Value streams."),
        (0, 2.8, 2.8, 0, "No open gap calls for an action."),
        (0, None, None, 26, "26 dimensions cannot be ranked: their scores or references are missing."),
    ],
)
def test_the_priorities(actions, now, then, unranked, said):
    assert h.priorities_headline("Value streams", actions, now, then, unranked) == said
