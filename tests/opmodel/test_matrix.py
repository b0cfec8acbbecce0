"""Who may open what: one row for every URL; a URL without a row fails the suite."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from assessments import workflow
from opmodel.api.star import TABLES
from opmodel.api.star.bulk import FORMATS
from tests.assessments.test_delegation import give
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db
ANON = "to sign-in"


# URL: (method, anonymous, csco, plant manager of another site, analyst, administrator, colleague who holds one question
# of this survey, member of another organisation)
def star_paths() -> list[str]:
    return [f"tables/{name}/" for name in TABLES] + [f"bulk/{name}.{form}" for name in TABLES for form in FORMATS]


MATRIX = {
    "healthz": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "readyz": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "sw.js": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "offline/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "accounts/login/": ("GET", 200, 302, 302, 302, 302, 302, 302),
    "accounts/language/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "accounts/here/": ("GET", ANON, 204, 204, 204, 204, 204, 204),
    "accounts/logout/": ("GET", 302, 200, 200, 200, 200, 200, 200),
    "accounts/password/change/": ("GET", ANON, 200, 200, 200, 200, 200, 200),
    "accounts/password/set/": ("GET", ANON, 302, 302, 302, 302, 302, 302),  # they have one: on to changing it
    # A made-up link, and a link is all that counts: who may join with a real one is in test_invitations.py.
    "accounts/invitations/<str:token>/": ("GET", *7 * (404,)),
    "accounts/inactive/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "accounts/password/reset/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "accounts/password/reset/done/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$": ("GET", *7 * (200,)),
    "accounts/password/reset/key/done/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "": ("GET", ANON, 200, 200, 200, 200, 200, 200),
    "glossary/": ("GET", ANON, 200, 200, 200, 200, 200, 200),
    "cycles/": ("GET", ANON, 200, 403, 200, 200, 403, 200),
    "cycles/new/": ("GET", ANON, 200, 403, 403, 403, 403, 200),
    "cycles/<pid:public_id>/": ("GET", ANON, 200, 403, 200, 200, 403, 404),
    "cycles/<pid:public_id>/edit/": ("GET", ANON, 302, 403, 403, 403, 403, 404),  # it is no draft: on to its board
    "cycles/<pid:public_id>/manage/": ("GET", ANON, 200, 403, 403, 403, 403, 404),
    "cycles/<pid:public_id>/remind/": ("POST", ANON, 400, 403, 403, 403, 403, 404),  # nobody was chosen
    "cycles/<pid:public_id>/contribute/": ("GET", ANON, 200, 403, 403, 403, 403, 404),
    "cycles/<pid:public_id>/contribute/withdraw/": ("POST", ANON, 404, 403, 403, 403, 403, 404),  # nothing was given
    "cycles/<pid:public_id>/steps/<str:step>/": ("POST", ANON, 409, 403, 403, 403, 403, 404),  # "open": it is open
    "submissions/<pid:public_id>/extend/": ("POST", ANON, 400, 403, 403, 403, 403, 404),  # until no day
    "submissions/<pid:public_id>/": ("GET", ANON, 302, 404, 302, 404, 302, 404),
    "submissions/<pid:public_id>/dimensions/<str:code>/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/answers/<str:code>/": ("POST", ANON, 400, 404, 403, 404, 400, 404),
    "submissions/<pid:public_id>/confirm/": ("POST", ANON, 302, 404, 302, 404, 302, 404),  # of nothing
    "submissions/<pid:public_id>/items/<str:code>/": ("GET", ANON, 200, 404, 200, 404, 404, 404),
    "submissions/<pid:public_id>/items/<str:code>/save/": ("POST", ANON, 400, 404, 403, 404, 404, 404),
    "submissions/<pid:public_id>/targets/peers/": ("GET", ANON, 200, 403, 200, 403, 403, 404),
    "submissions/<pid:public_id>/evidence/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/evidence/add/": ("POST", ANON, 400, 404, 403, 404, 400, 404),
    "submissions/<pid:public_id>/evidence/attach/": ("POST", ANON, 400, 404, 403, 404, 400, 404),
    # No evidence is there; who may do what with one that is: tests/assessments/test_evidence.py.
    "submissions/<pid:public_id>/evidence/detach/": ("POST", ANON, 404, 404, 403, 404, 404, 404),
    "submissions/<pid:public_id>/evidence/change/": ("POST", ANON, 404, 404, 404, 404, 404, 404),
    "submissions/<pid:public_id>/evidence/delete/": ("POST", ANON, 404, 404, 404, 404, 404, 404),
    "evidence/<pid:public_id>/file/": ("GET", ANON, 404, 404, 404, 404, 404, 404),
    "submissions/<pid:public_id>/review/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/workbook/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/workbook/download/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/workbook/upload/": ("POST", ANON, 400, 404, 403, 404, 400, 404),  # without a file
    # Nobody uploaded this one (tests/assessments/workbook/test_upload.py).
    "submissions/<pid:public_id>/workbook/<pid:upload>/": ("GET", ANON, *6 * (404,)),
    "submissions/<pid:public_id>/workbook/<pid:upload>/apply/": ("POST", ANON, *6 * (404,)),
    "submissions/<pid:public_id>/submit/": ("POST", ANON, 400, 404, 403, 404, 403, 404),
    "submissions/<pid:public_id>/status/": ("GET", ANON, 200, 404, 200, 404, 404, 404),
    "submissions/<pid:public_id>/history/<str:code>/": ("GET", ANON, 200, 404, 200, 404, 200, 404),
    "submissions/<pid:public_id>/delegate/": ("GET", ANON, 200, 404, 404, 404, 404, 404),
    "submissions/<pid:public_id>/assignments/": ("GET", ANON, 200, 404, 404, 404, 404, 404),
    "assignments/<pid:public_id>/": ("GET", ANON, 200, 404, 404, 404, 200, 404),
    "assignments/<pid:public_id>/hand-in/": ("POST", ANON, 403, 404, 404, 404, 400, 404),  # nothing is answered
    "assignments/<pid:public_id>/accept/": ("POST", ANON, 409, 404, 404, 404, 403, 404),  # nothing was handed in
    "assignments/<pid:public_id>/give-back/": ("POST", ANON, 409, 404, 404, 404, 403, 404),
    "assignments/<pid:public_id>/withdraw/": ("POST", ANON, 302, 404, 404, 404, 403, 404),
    "submissions/<pid:public_id>/stand-in/": ("GET", ANON, 404, 403, 403, 403, 403, 404),  # the enterprise has none
    "stand-ins/<pid:public_id>/end/": ("POST", ANON, 404, 404, 403, 403, 403, 404),
    "submissions/<pid:public_id>/inspect/": ("GET", ANON, 200, 403, 200, 403, 403, 404),
    "submissions/<pid:public_id>/return/": ("POST", ANON, 409, 403, 409, 403, 403, 404),  # it is not submitted
    "submissions/<pid:public_id>/accept/": ("POST", ANON, 409, 403, 409, 403, 403, 404),
    "submissions/<pid:public_id>/answer-wish/": ("POST", ANON, 404, 403, 404, 403, 403, 404),  # it is no plant's survey
    "remarks/<pid:public_id>/settle/": ("POST", ANON, 404, 404, 404, 404, 404, 404),
    # No plan, no planned action: who may do what with one that is, stands in tests/assessments/test_plans.py.
    "plan/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "plan/board/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "plan/roadmap/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "plan/progress/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "plan/choose/": ("POST", ANON, 404, 403, 403, 403, 403, 404),  # nothing is scored
    "plan/capacity/": ("POST", ANON, 404, 403, 403, 403, 403, 404),
    "plan/actions/<pid:public_id>/": ("GET", ANON, 404, 404, 404, 403, 403, 404),
    "plan/actions/<pid:public_id>/evidence/": ("POST", ANON, 404, 404, 404, 403, 403, 404),
    "plan/actions/<pid:public_id>/evidence/remove/": ("POST", ANON, 404, 404, 404, 403, 403, 404),
    "plan/actions/<pid:public_id>/<str:name>/": ("POST", ANON, 404, 404, 404, 403, 403, 404),
    "dashboard/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/sites/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "dashboard/sites/map/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/sites/best/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/sites/beside/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    # The enterprise view is no plant; who opens whose plant: tests/dashboards/test_plant_page.py.
    "dashboard/sites/<pid:public_id>/": ("GET", ANON, 404, 404, 404, 403, 403, 404),
    "dashboard/sites/<pid:public_id>/<str:measure>/": ("GET", ANON, 404, 403, 404, 403, 403, 404),
    "dashboard/trend/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/published/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/perception/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/streams/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/facts/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/priorities/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/projection/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/projection/cheapest/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/alignment/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    # Own judgement is the CSCO's; the code of the matrix is none of a component.
    "alignment/<str:code>/": ("GET", ANON, 404, 403, 403, 403, 403, 404),
    "alignment/reset/": ("POST", ANON, 302, 403, 403, 403, 403, 302),
    "dashboard/peers/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/sites/compare/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/sites/compare/<str:measure>/": ("GET", ANON, 404, 403, 404, 403, 403, 404),  # no plant has a score
    "dashboard/method/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/peers/releases/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "dashboard/peers/<str:measure>/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    # Nothing is scored.
    "dashboard/figures/<slug:code>.csv": ("GET", ANON, 404, 404, 404, 403, 403, 404),  # no figure of that name
    "dashboard/explain/<pid:public_id>/<str:measure>/": ("GET", ANON, 404, 404, 404, 404, 404, 404),
    # For the benchmark steward alone, who belongs to no organisation (tests/benchmarks/test_steward.py).
    "benchmarks/": ("GET", ANON, *6 * (403,)),
    "benchmarks/imports/new/": ("GET", ANON, *6 * (403,)),
    "benchmarks/template.csv": ("GET", ANON, *6 * (403,)),
    "benchmarks/template.xlsx": ("GET", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/": ("GET", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/columns/": ("POST", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/confirm/": ("POST", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/again/": ("POST", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/cancel/": ("POST", ANON, *6 * (403,)),
    "benchmarks/imports/<pid:public_id>/errors.csv": ("GET", ANON, *6 * (403,)),
    "benchmarks/datasets/<pid:public_id>/": ("GET", ANON, *6 * (403,)),
    "benchmarks/datasets/<pid:public_id>/releases/": ("POST", ANON, *6 * (403,)),
    "benchmarks/releases/<pid:public_id>/": ("GET", ANON, *6 * (403,)),
    "benchmarks/releases/<pid:public_id>/publish/": ("POST", ANON, *6 * (403,)),
    "benchmarks/releases/<pid:public_id>/discard/": ("POST", ANON, *6 * (403,)),
    "benchmarks/releases/<pid:public_id>/withdraw/": ("POST", ANON, *6 * (403,)),
    # Nothing is scored, so there is no report; who may have which: tests/dashboards/reports/test_jobs.py.
    "reports/": ("GET", ANON, 200, 200, 200, 403, 403, 200),
    "reports/verify/": ("GET", 200, 200, 200, 200, 200, 200, 200),  # whoever holds a report may ask
    "reports/<pid:public_id>/": ("GET", ANON, 404, 404, 404, 404, 404, 404),
    "reports/<pid:public_id>/file/": ("GET", ANON, 404, 404, 404, 404, 404, 404),
    "reports/<pid:public_id>/again/": ("POST", ANON, 404, 404, 404, 404, 404, 404),
    "organisation/branding/": ("GET", ANON, 403, 403, 403, 200, 403, 403),
    "organisation/branding/logo/": ("GET", ANON, 403, 403, 403, 404, 403, 403),  # there is none
    # A sign-in opens no endpoint with data: only a token does (tests/opmodel/test_api.py).
    "api/v1/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/cycles/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/scores/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/gaps/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/actions/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/figures/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/facts/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/explain/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/charts/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/charts/<slug:code>/": ("GET", 401, 401, 401, 401, 401, 401, 401),
    # The star schema: who reads what stands in tests/opmodel/test_star.py, test_odata.py and test_bi_role.py.
    **{f"api/v1/{path}": ("GET", 401, 401, 401, 401, 401, 401, 401) for path in ("tables/", *star_paths())},
    "odata/v4/^(?P<rest>.*)$": ("GET", 401, 401, 401, 401, 401, 401, 401),
    "api/v1/schema/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "api/v1/dictionary/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "api/v1/docs/": ("GET", 200, 200, 200, 200, 200, 200, 200),
    "api/^": ("GET", 404, 404, 404, 404, 404, 404, 404),
    "organisation/people/": ("GET", ANON, 200, 403, 403, 200, 403, 200),
    "organisation/people/import/": ("GET", ANON, 200, 403, 403, 200, 403, 200),
    "organisation/people/import/template.csv": ("GET", ANON, 200, 403, 403, 200, 403, 200),
    "organisation/people/invitations/<pid:public_id>/again/": ("POST", ANON, 404, 403, 403, 404, 403, 404),
    "organisation/people/invitations/<pid:public_id>/revoke/": ("POST", ANON, 404, 403, 403, 404, 403, 404),
    "organisation/connect/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "organisation/connect/<str:key>/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "organisation/tokens/": ("GET", ANON, 200, 403, 200, 403, 403, 200),
    "organisation/tokens/<str:public_id>/end/": ("POST", ANON, 404, 403, 404, 403, 403, 404),
}


def every_url(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_url(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def test_every_url_is_in_the_matrix():
    assert set(every_url()) == set(MATRIX)


def code_in(url):
    return "E-N2" if "/items/" in url else "CAP1" if "/dimensions/" in url else "E-CAP1-1"


def reply(client, url, world, assignment=None):
    method = MATRIX[url][0]
    values = {"public_id": world.enterprise.public_id, "code": code_in(url), "measure": "CAP", "step": "open"}
    values |= {
        "uidb36": "1",
        "key": "x-y",
        "token": "made-up",
        "name": "start",
        "upload": "2222222222222222",
        "rest": "",
    }
    if url.startswith("organisation/connect/"):
        values["key"] = "dlt"
    if url.startswith("cycles/"):
        values["public_id"] = world.cycle.public_id
    if assignment and url.startswith("assignments/"):
        values["public_id"] = assignment.public_id
    path = "/" + re.sub(r"<(?:str|pid|slug):(\w+)>|\(\?P<(\w+)>[^)]+\)", lambda m: values[m[1] or m[2]], url)
    path = path.replace("/^", "/").rstrip("$")
    return client.get(path) if method == "GET" else client.post(path, {"base_version": "0", "code": "E-CAP1-1"})


@pytest.mark.parametrize("url", MATRIX)
def test_matrix(url, nordwerk, sudwerk, client):
    roles = ["csco", "plant_manager", "analyst", "administrator", "contributor"]
    held = give(nordwerk, ["E-CAP1-1"])
    clients = [client, *(nordwerk.client(r) for r in roles), sudwerk.client("csco")]
    names = ["anonymous", *roles, "foreign csco"]
    for who, browser, expected in zip(names, clients, MATRIX[url][1:], strict=True):
        found = reply(browser, url, nordwerk, held)
        if expected == ANON:
            assert found.status_code == 302, (url, who)
            assert found.url.startswith("/accounts/login/")
        else:
            assert found.status_code == expected, (url, who, found.status_code)


@pytest.mark.parametrize("url", MATRIX)
def test_a_colleague_without_questions_opens_nothing_of_anybody(url, nordwerk):
    """The own account and an empty home; of the organisation nothing, not even for whoever held a question once."""
    held = give(nordwerk, ["E-CAP1-1"])
    with nordwerk.inside():
        workflow.withdraw_assignment(by=nordwerk.members["csco"], assignment=held)
    found = reply(nordwerk.client("contributor"), url, nordwerk, held)
    expected = MATRIX[url][6]
    if url.startswith("submissions/"):
        expected = 403 if expected == 403 and not url.endswith("submit/") else 404
    if url == "assignments/<pid:public_id>/hand-in/":
        expected = 403
    assert found.status_code == expected, found.status_code
    if found.status_code == 200:
        content = found.content.decode()
        assert "E-CAP1" not in content
        assert "Nordwerk 1" not in content


def test_a_plant_manager_opens_the_own_site_only(nordwerk):
    manager, own, other = nordwerk.client("plant_manager"), *nordwerk.submissions[1:3]
    assert manager.get(f"/submissions/{own.public_id}/dimensions/CAP1/").status_code == 200
    assert manager.get(f"/submissions/{other.public_id}/dimensions/CAP1/").status_code == 404
    assert post(manager, own, "S-CAP1-1").status_code == 200
    assert post(manager, other, "S-CAP1-1").status_code == 404


@pytest.mark.parametrize("tail", ["", "dimensions/CAP1/", "items/E-N2/", "review/", "status/"])
def test_a_foreign_id_looks_like_one_that_does_not_exist(nordwerk, sudwerk, tail):
    assert sudwerk.client().get(f"/submissions/{sudwerk.enterprise.public_id}/{tail}").status_code in (200, 302)
    foreign = nordwerk.client().get(f"/submissions/{sudwerk.enterprise.public_id}/{tail}")
    made_up = nordwerk.client().get(f"/submissions/2222222222222222/{tail}")
    assert foreign.status_code == made_up.status_code == 404
    assert foreign.content == made_up.content


@pytest.mark.parametrize(
    "path", ["submissions/{}/", "submissions/{}/status/", "cycles/{}/", "dashboard/explain/{}/CAP/"]
)
@pytest.mark.parametrize("odd", ["%00", "%E2%80%AE", "a" * 5000, "E-CAP1-1%00", "%ED%A0%80"])
def test_what_cannot_be_an_id_is_as_unknown_as_one_that_does_not_exist(nordwerk, path, odd):
    made_up = nordwerk.client().get("/" + path.format("2222222222222222"))
    reply = nordwerk.client().get("/" + path.format(odd))
    assert (reply.status_code, reply.content) == (404, made_up.content)


def test_pages_of_a_member_are_kept_by_no_cache(nordwerk):
    for path in ("/", "/dashboard/", f"/submissions/{nordwerk.enterprise.public_id}/review/"):
        assert set(nordwerk.client().get(path).headers["Cache-Control"].split(", ")) == {"private", "no-store"}


def test_a_removed_member_is_out_at_the_next_request(nordwerk):
    client = nordwerk.client("analyst")
    assert client.get("/dashboard/").status_code == 200
    with nordwerk.inside():
        nordwerk.members["analyst"].delete()
    assert client.get("/dashboard/").status_code == 403


def test_post_without_csrf_token_is_refused(nordwerk):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(nordwerk.members["csco"].user)
    assert post(client, nordwerk.enterprise, "E-CAP1-1").status_code == 403


def test_every_reply_carries_the_security_headers(nordwerk, client):
    for path, browser in (("/", nordwerk.client()), ("/nowhere/", client), ("/accounts/login/", client)):
        headers = browser.get(path).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
