"""A scored enterprise to plan from: CAP at 2.0, VST at 3.0, the rest above the target of 3.5."""

from assessments import pipeline, publishing, workflow
from assessments.catalogue import ENTERPRISE
from assessments.models import Submission
from tests import build


def score(world: build.World, submission: Submission, level=None, role: str = "csco") -> None:
    """Every question answered (`level`, or by component), submitted, scored at once."""
    content = publishing.catalogue(submission.cycle.questionnaire_id)
    levels = {d.code: level or build.LEVELS[d.component] for d in content.dimensions}
    entries = [
        {"code": q.code, "status": "level", "level": levels[q.dimension]} for q in content.questions_of(submission.view)
    ]
    if submission.view == ENTERPRISE:
        targets = {d.code: {"target": build.TARGET, "by": "2030-01-01"} for d in content.dimensions}
        entries.append({"code": "E-N6", "status": "data", "data": targets})
    with world.inside(role):
        workflow.save_many(by=world.members[role], submission=submission, entries=entries)
        workflow.submit(by=world.members[role], submission=submission)
        found = Submission.objects.select_related("cycle__dataset", "organisation", "site").get(pk=submission.pk)
        assert pipeline.evaluate(found) is not None


def choose(world: build.World, *codes: str, site=None, **more) -> workflow.Chosen:
    with world.inside():
        return workflow.choose_actions(
            by=world.members["csco"],
            submission=world.enterprise,
            codes=codes,
            site=site,
            **{"preset": "strategic", "reference": "target", **more},
        )
