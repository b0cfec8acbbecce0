"""Several browsers on one survey, at random: the database equals the ledger of acknowledged answers, always."""

import json
import re
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments.models import Answer, Submission
from tests import build

CODES = ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3")  # one screen: a reload shows all of them
BROWSERS = st.integers(0, 2)
VALUES = st.one_of(
    st.integers(1, 5).map(lambda level: {"status": "level", "level": level, "reason": ""}),
    st.just({"status": "dk", "level": None, "reason": ""}),
    st.just({"status": "open", "level": None, "reason": ""}),
    st.sampled_from(["No plant of ours", "ü < & \" '"]).map(lambda r: {"status": "na", "level": None, "reason": r}),
)
COMMENTS = st.sampled_from(["", "see the audit of May", "{{7*7}}", "=1+1"])


@dataclass
class Browser:
    """One tab: the versions it has seen, and what it sent without hearing an answer."""

    client: object
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CODES, 0))
    unheard: dict | None = None


class Survey(RuleBasedStateMachine):
    """Rules are what people and networks do; `ledger` holds what the server said yes to: code -> (version, value)."""

    world: build.World  # set by the test

    @initialize()
    def begin(self):
        self.number = 0
        with self.world.inside():
            Answer.objects.filter(submission=self.world.enterprise).delete()
            Submission.objects.filter(pk=self.world.enterprise.pk).update(state="draft", revision=0)
        self.ledger: dict[str, tuple[int, dict]] = {}
        self.submitted = False
        self.browsers = [Browser(self.world.client("csco")) for _ in range(3)]

    def post(self, browser, code, body):
        reply = browser.client.post(
            f"/submissions/{self.world.enterprise.public_id}/answers/{code}/",
            json.dumps(body),
            content_type="application/json",
        )
        return reply.status_code, reply.json()

    def expect(self, browser, code, body, heard=True):
        """Send one save and hold the server to the rule: right version -> one more, newest key again -> the same, else 409."""
        status, reply = self.post(browser, code, body)
        version, value, key = self.ledger.get(code, (0, None, None))
        sent = {name: body[name] for name in ("status", "level", "reason", "comment")}
        if self.submitted:
            assert (status, reply["error"]) == (409, "refused")
        elif body["base_version"] == version:
            assert (status, reply["version"]) == (200, version + 1)
            self.ledger[code] = (version + 1, sent, body["client_key"])
        elif key == body["client_key"] and value == sent:
            assert (status, reply["version"]) == (200, version)
        else:
            assert (status, reply["error"]) == (409, "conflict")
            assert {name: reply["theirs"][name] for name in sent} == value
            assert {name: reply["mine"][name] for name in sent} == sent
            assert reply["theirs"]["version"] == version
        if heard and status == 200:
            browser.seen[code] = reply["version"]
        return status

    @rule(who=BROWSERS, code=st.sampled_from(CODES), value=VALUES, comment=COMMENTS, heard=st.booleans())
    def save(self, who, code, value, comment, heard):
        """On top of what this tab has seen: fresh or stale. The reply may be lost on the way back."""
        self.number += 1
        browser = self.browsers[who]
        body = {**value, "comment": comment, "base_version": browser.seen[code], "client_key": f"key {self.number}"}
        self.expect(browser, code, body, heard)
        browser.unheard = None if heard else {"code": code, "body": body}

    @rule(who=BROWSERS)
    def send_again(self, who):
        """The tab heard nothing: it sends the same save once more."""
        browser = self.browsers[who]
        if browser.unheard:
            self.expect(browser, browser.unheard["code"], browser.unheard["body"])
            browser.unheard = None

    @rule(who=BROWSERS, code=st.sampled_from(CODES), value=VALUES)
    def keep_mine(self, who, code, value):
        """After a conflict the person chooses the own answer: it builds on the other one's version."""
        self.number += 1
        version = self.ledger.get(code, (0,))[0]
        body = {**value, "comment": "", "base_version": version, "client_key": f"key {self.number}"}
        self.expect(self.browsers[who], code, body)

    @rule(who=BROWSERS)
    def reload(self, who):
        """The page shows what the ledger says, and from then on the tab has seen it."""
        browser = self.browsers[who]
        page = browser.client.get(f"/submissions/{self.world.enterprise.public_id}/dimensions/CAP1/").content.decode()
        for code in CODES:
            card = page.split(f'id="{code}"')[1].split("</form>")[0]
            version = int(re.search(r'name="base_version" value="(\d+)"', card)[1])
            level = re.search(r'name="level" value="(\d)"[^>]* checked', card)
            known = self.ledger.get(code, (0, {"level": None}, ""))
            assert (version, int(level[1]) if level else None) == (known[0], known[1]["level"])
            browser.seen[code] = version

    @rule(
        who=BROWSERS,
        code=st.sampled_from(CODES),
        wrong=st.sampled_from([{"level": 6}, {"status": "na"}, {"base_version": -1}]),
    )
    def send_nonsense(self, who, code, wrong):
        body = {
            "status": "level",
            "level": 3,
            "reason": "",
            "comment": "",
            "client_key": "x",
            "base_version": 0,
        } | wrong
        status, reply = self.post(self.browsers[who], code, body)
        assert status == (409 if self.submitted else 400), reply

    @precondition(lambda self: not self.submitted)
    @rule(who=BROWSERS)
    def submit(self, who):
        """Accepted once there is a level; after it nothing can be saved."""
        reply = self.browsers[who].client.post(f"/submissions/{self.world.enterprise.public_id}/submit/")
        self.submitted = any(value["status"] == "level" for _version, value, _key in self.ledger.values())
        assert reply.status_code == (302 if self.submitted else 400)

    @precondition(lambda self: self.submitted)
    @rule(who=BROWSERS)
    def submit_again(self, who):
        reply = self.browsers[who].client.post(f"/submissions/{self.world.enterprise.public_id}/submit/")
        assert reply.status_code == 409

    @invariant()
    def database_is_the_ledger(self):
        if not hasattr(self, "ledger"):
            return
        with self.world.inside():
            rows = Answer.objects.filter(submission=self.world.enterprise).values_list(
                "question__code", "version", "status", "level", "reason", "comment"
            )
            found = {row[0]: row[1:] for row in rows}
            submission = Submission.objects.get(pk=self.world.enterprise.pk)
        assert found == {
            code: (version, value["status"], value["level"], value["reason"], value["comment"])
            for code, (version, value, _key) in self.ledger.items()
        }
        assert (submission.state, submission.revision) == (("submitted", 1) if self.submitted else ("draft", 0))


@pytest.mark.django_db
def test_no_acknowledged_answer_is_ever_lost_or_changed(nordwerk):
    machine = type("SurveyOfNordwerk", (Survey,), {"world": nordwerk})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=checks)
    )
