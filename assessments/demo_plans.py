"""Plans of the demo company: one of its past cycle, mostly carried out, and one in the middle of its work."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from assessments import insight, pipeline, selectors, workflow
from assessments.catalogue import ENTERPRISE
from assessments.models import Cycle, Plan, PlannedAction, Submission
from assessments.planning import add_months
from assessments.ranking import ranking_of
from opmodel.organisations.models import Member, Site

SHOWN = ("Minutes of the steering committee, item 4.", "Dashboard of the lead plant, weekly since then.", "Audit report, section 2.")  # fmt: skip


def load(cycle: Cycle, members: dict[str, Member], sites: list[Site], today: date, *, newest: bool) -> None:
    """A plan of a scored cycle: `newest` is under way since a few months, the other ran from its first days on."""
    csco = members["csco"]
    submission = selectors.submissions(csco).select_related("cycle__dataset", "organisation").get(
        cycle=cycle, view=ENTERPRISE
    )  # fmt: skip
    for survey in Submission.objects.filter(cycle=cycle, state="submitted").select_related("cycle__dataset", "organisation"):  # fmt: skip
        pipeline.evaluate(survey)
    pipeline.network(cycle)
    result = selectors.latest_result(submission)
    assert result is not None
    ranked = [a.code for a in ranking_of(insight.build(submission, result)).actions]
    past = set(PlannedAction.objects.values_list("code", flat=True))
    left = [code for code in ranked if code not in past]
    codes = left[: 9 if newest else 6]
    first = add_months(today, -8) if newest else cycle.opens_on + timedelta(days=77)
    choice: dict[str, Any] = {"by": csco, "submission": submission, "preset": "strategic", "reference": "target"}
    plan = workflow.choose_actions(codes=codes, **choice).plan
    if newest:
        for number in (0, 3):
            workflow.choose_actions(codes=left[number + 9 : number + 10], site=sites[number], **choice)
    _begin(plan, first)
    owners = [csco, members["plant1"], members["analyst"], csco, None, members["plant4"]]
    rows = list(PlannedAction.objects.filter(plan=plan).order_by("pk"))
    for number, row in enumerate(rows):
        _carry_out(csco, row, owners[number % len(owners)] or row.owner, number, today)
    workflow.set_capacity(by=csco, plan=plan, days={csco: 30, members["plant1"]: 40})


def _begin(plan: Plan, first: date) -> None:
    """The plan was made some months ago: all its days move back."""
    back = plan.starts_on - first
    for row in PlannedAction.objects.filter(plan=plan):
        row.starts_on, row.due_on = row.starts_on - back, row.due_on - back
        row.save(update_fields=["starts_on", "due_on"])
    Plan.objects.filter(pk=plan.pk).update(starts_on=first)


def _carry_out(csco: Member, row: PlannedAction, owner: Member | None, number: int, today: date) -> None:
    """Owner and benefit; what was due is done but for one that is late, what should run has been started."""
    effort = row.effort_days
    PlannedAction.objects.filter(pk=row.pk).update(owner=owner)  # made-up people get no mail about it
    values: dict[str, Any] = {"benefit_expected": Decimal(effort) * (800 + 350 * (number % 4))}
    if number % 3 == 0:
        values["notes"] = "Agreed in the network meeting; first results in the next one."
    workflow.change_action(by=csco, planned=row, base_version=1, values=values)
    held: dict[str, Any] = {"by": csco, "planned": row}
    if number == 5:
        workflow.drop_action(base_version=2, reason="The budget went to the two actions before it.", **held)
    elif number == 2:
        days = {"starts_on": min(row.starts_on, today - timedelta(days=90)), "due_on": today - timedelta(days=19)}
        workflow.change_action(base_version=2, values=days, **held)
        workflow.start_action(base_version=3, **held)
    elif row.due_on < today:
        done_on = row.due_on - timedelta(days=6 * (number % 3))
        realised = Decimal(effort) * (500 + 300 * (number % 4))
        workflow.finish_action(
            base_version=2, done_on=done_on, shown_by=SHOWN[number % 3], benefit_realised=realised, **held
        )
    elif row.starts_on <= today:
        workflow.start_action(base_version=2, **held)
