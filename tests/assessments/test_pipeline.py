"""From stored answers to stored scores: each number leads to its answers, and only its own answers move it."""

import re
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from assessments import insight, pipeline, ranking, selectors, workflow
from assessments.models import Answer, NetworkResult, Result, Score, Submission
from benchmarks.models import CellStatistic
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.models import Organisation
from tests import build
from tests.build import score_all

pytestmark = pytest.mark.django_db
VALUES = ("point", "coverage", "low", "high", "bottleneck", "many_not_applicable", "position", "position_text")


@pytest.fixture
def scored(nordwerk) -> build.World:
    return score_all(nordwerk)


def stored(submission: Submission) -> dict[str, tuple]:
    """The scores of the newest revision by measure; as the database holds them."""
    result = selectors.latest_result(submission)
    return {s.measure: tuple(getattr(s, v) for v in VALUES) for s in Score.objects.filter(result=result)}


def change_in_sql(submission: Submission, code: str, level: int) -> None:
    """Behind everybody's back, as no page can; a new revision asks for a new result."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_answer SET level = %s WHERE submission_id = %s"
            " AND question_id = (SELECT id FROM assessments_question WHERE code = %s)",
            [level, submission.pk, code],
        )
        assert cursor.rowcount == 1
        cursor.execute("UPDATE assessments_submission SET revision = revision + 1 WHERE id = %s", [submission.pk])


@pytest.mark.parametrize("code", ["E-CAP2-1", "E-VST4-2", "E-GOV7-1"])
def test_one_answer_changes_exactly_its_ancestors(scored, code):
    with scored.inside():
        before = stored(scored.enterprise)
        change_in_sql(scored.enterprise, code, 1)
        pipeline.evaluate(Submission.objects.get(pk=scored.enterprise.pk))
        after = stored(scored.enterprise)
    dimension = code.split("-")[1]
    assert {m for m in before if before[m] != after[m]} == {dimension, dimension[:3], "OVERALL"}
    assert set(before) == set(after)
    assert len(before) == 32


def test_every_number_leads_down_to_stored_answers(scored):
    """Recompute each score from the parts its explanation shows; the leaves are the rows of the answer table."""
    with scored.inside():
        change_in_sql(scored.enterprise, "E-CAP1-2", 5)
        change_in_sql(scored.enterprise, "E-RES3-1", 1)
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        result = pipeline.evaluate(submission)
        seen = insight.build(submission, result)
        answers = {a.question.code: a.level for a in Answer.objects.filter(submission=submission, status="level").select_related("question")}  # fmt: skip
        reached: set[str] = set()

        def worth(measure: str) -> Fraction:
            told = insight.explain(seen, measure)["score"]
            total = Fraction(0)
            for part in told.parts:
                if part.code in answers:
                    reached.add(part.code)
                    assert part.value == answers[part.code]
                    total += part.weight * answers[part.code]
                else:
                    total += part.weight * worth(part.code)
            assert float(total) == pytest.approx(seen.measures[measure].score, abs=1e-12), measure
            assert told.point == seen.measures[measure].score
            return total

        worth("OVERALL")
    assert reached == set(answers)
    assert len(reached) == 74


def test_a_peer_figure_is_a_row_of_the_release(scored):
    with scored.inside():
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        result = selectors.latest_result(submission)
        seen = insight.build(submission, result)
        for m in seen.measures.values():
            cell = CellStatistic.objects.get(release=result.release, tree=m.peer.tree, path=m.peer.path, measure=m.code)
            assert [cell.quantiles[p] for p in ("P25", "P50", "P75")] == [m.lower_quartile, m.median, m.upper_quartile]
            kept = Score.objects.get(result=result, measure=m.code)
            assert (kept.peer_tree, kept.peer_path, kept.position_text) == (m.peer.tree, m.peer.path, m.place.text)


def test_doing_a_job_twice_changes_nothing(scored):
    with scored.inside():
        facts = (Result.objects.count(), Score.objects.count(), NetworkResult.objects.count())
        jobs = list(Job.objects.all())
    assert {j.kind for j in jobs} == {"score", "network"}
    for job in jobs:
        queue.HANDLERS[job.kind](job)
    with scored.inside():
        assert (Result.objects.count(), Score.objects.count(), NetworkResult.objects.count()) == facts


def test_the_database_refuses_a_second_result(scored):
    with scored.inside():
        known = Result.objects.filter(submission=scored.enterprise).values(
            "organisation_id", "submission_id", "revision", "method_version", "content_version", "release_id", "input_hash"
        )[0]  # fmt: skip
        with pytest.raises(IntegrityError, match="result_once"), transaction.atomic():
            Result.objects.create(**known)
        site = Result.objects.filter(submission=scored.submissions[1]).values(*known)[0]
        assert site["release_id"] is None  # NULL counts as a value here
        with pytest.raises(IntegrityError, match="result_once"), transaction.atomic():
            Result.objects.create(**site)


def test_a_submission_that_is_gone_is_said_plainly(scored):
    job = Job(kind="score", key="x", payload={"submission": 0}, organisation_id=scored.organisation.pk)
    with pytest.raises(queue.GiveUp, match="no longer exists"):
        pipeline.score_job(job)


def test_a_job_of_one_organisation_never_scores_for_another(scored, sudwerk):
    """The payload names a submission that exists, but not in the organisation of the job."""
    job = Job(
        kind="score", key="x", payload={"submission": scored.enterprise.pk}, organisation_id=sudwerk.organisation.pk
    )
    with pytest.raises(queue.GiveUp, match="no longer exists"):
        pipeline.score_job(job)


# manage.py rescore


def test_rescore_fills_what_is_missing_with_the_same_numbers(scored):
    with scored.inside():
        before = stored(scored.enterprise)
        Result.objects.all().delete()
        NetworkResult.objects.all().delete()
    call_command("rescore", verbosity=0)
    with scored.inside():
        assert stored(scored.enterprise) == before
        assert Result.objects.count() == 4
        assert NetworkResult.objects.count() == 1


def test_rescore_again_does_nothing(scored, capsys):
    call_command("rescore", organisation=scored.organisation.public_id)
    assert re.findall(r": (\d+) scored", capsys.readouterr().out) == ["0"]
    with scored.inside():
        assert Result.objects.count() == 4


def test_rescore_scores_a_new_revision_and_keeps_the_old_result(scored):
    with scored.inside():
        before = stored(scored.enterprise)
        change_in_sql(scored.enterprise, "E-CAP2-1", 5)
    call_command("rescore", verbosity=0)
    with scored.inside():
        revisions = Result.objects.filter(submission=scored.enterprise).order_by("revision").values_list("revision")
        assert list(revisions) == [(1,), (2,)]
        assert stored(scored.enterprise)["CAP2"] != before["CAP2"]


def test_rescore_of_an_unknown_organisation_is_refused():
    with pytest.raises(CommandError, match="There is no organisation with the public id nowhere"):
        call_command("rescore", organisation="nowhere")


# What is stored beside the score


def answer(world: build.World, levels: dict[str, int | None]) -> None:
    """Answers of the enterprise in a fresh world: a level, or None for not applicable; 3 elsewhere; then scored."""
    content = selectors.catalogue_of(world.enterprise)
    entries = []
    for q in content.questions_of("enterprise"):
        level = levels.get(q.code, levels.get(q.dimension, 3))
        entry = {"code": q.code, "status": "level", "level": level}
        entries.append(entry if level else {"code": q.code, "status": "na", "reason": "none here"})
    with world.inside():
        workflow.save_many(by=world.members["csco"], submission=world.enterprise, entries=entries)
        workflow.submit(by=world.members["csco"], submission=world.enterprise)
    queue.drain()


def test_the_weakest_dimension_and_much_not_applicable_are_stored(nordwerk):
    answer(nordwerk, {"CAP4": 1, "CAP2": 2, "VST1": None, "VST2": None, "GOV2": 5})
    with nordwerk.inside():
        kept = {s.measure: s for s in Score.objects.all()}
    assert kept["CAP"].bottleneck == "CAP4"
    assert kept["GOV"].bottleneck == "GOV1"  # all at 3 but one higher: the first of the lowest
    assert kept["VST"].many_not_applicable  # 6 of 17 questions
    assert not any(kept[m].many_not_applicable for m in ("CAP", "RES", "GOV", "OVERALL"))
    assert kept["VST1"].point is None
    assert kept["OVERALL"].bottleneck == ""


def test_a_later_profile_does_not_move_an_old_comparison(scored):
    """The result keeps what its peer group was chosen by."""
    with scored.inside():
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        result = selectors.latest_result(submission)
        Organisation.objects.filter(pk=scored.organisation.pk).update(industry="28", region="Europe")
        again = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        cells = CellStatistic.objects.filter(release=result.release)
        assert cells.count() == 32
        seen = insight.build(again, result)
    assert result.segments == {"industry": "", "region": "", "size_band": "", "process_type": ""}
    assert {m.peer.path for m in seen.measures.values()} == {"all"}


def test_the_perception_figure_counts_whoever_is_above(scored):
    """Governance: head office 5, plants 3; capabilities: head office 2, plants 3."""
    with scored.inside():
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        figures = ranking.figures_of(insight.build(submission, selectors.latest_result(submission)))
    assert figures["abs(perception_gap)@GOV2"] == pytest.approx(2.0)
    assert figures["abs(perception_gap)@CAP2"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ((0.03, 0.01, 0.02), "Most of its weight comes from the costs it drives."),
        ((0.01, 0.03, 0.02), "Most of its weight comes from the objectives it serves."),
        ((0.01, 0.02, 0.03), "Most of its weight comes from the size of the gap."),
    ],
)
def test_the_reason_names_the_largest_part(scored, parts, told):
    with scored.inside():
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        seen = insight.build(submission, selectors.latest_result(submission))
    row = ranking.RankedDimension(seen.measures["CAP1"], 3.5, 1.5, sum(parts), parts, 1, False, None)
    said = ranking.reason(seen.catalogue.actions[0], row, "range", "target", [], False)
    assert said.startswith("Strategic alignment: 2.0 today, your target is 3.5.")
    assert told in said
    assert said.count("Most of its weight") == 1


def test_the_mean_of_a_site_question_reaches_the_rules_of_actions(scored):
    """Plants at 2, 3 and 4 with equal weights: 3.0 for every question; below three plants there is no figure."""
    with scored.inside():
        network = NetworkResult.objects.get()
        submission = selectors.submissions(scored.members["csco"]).get(pk=scored.enterprise.pk)
        figures = ranking.figures_of(insight.build(submission, selectors.latest_result(submission)))
        assert len(network.question_means) == 44
        assert figures["network_mean(S-RES8-3)"] == pytest.approx(3.0)
        change_in_sql(scored.submissions[1], "S-RES8-3", 5)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE assessments_answer SET status = 'dk', level = NULL WHERE submission_id = %s AND question_id = (SELECT id FROM assessments_question WHERE code = 'S-GOV1-1')", [scored.submissions[1].pk])  # fmt: skip
        again = pipeline.network(scored.cycle)
    assert again.question_means["S-RES8-3"] == pytest.approx((5 + 3 + 4) / 3)
    assert "S-GOV1-1" not in again.question_means
