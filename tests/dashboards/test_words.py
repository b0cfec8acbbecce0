"""Every word a page says comes through gettext: in a made-up language nothing English is left but content and names."""

import html
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import translation

from assessments import pipeline
from assessments.models import Answer, Cycle, PlannedAction, Questionnaire, Submission
from assessments.publishing import catalogue
from opmodel.organisations.models import Member, Site, User
from opmodel.organisations.tenancy import acting_as, tenant

PAGES = ("/", "/cycles/", "/cycles/new/", "{open}", "{open}manage/", "{closed}", "{closed}manage/", "/dashboard/", "/dashboard/priorities/", "/dashboard/perception/", "/dashboard/sites/", "/dashboard/peers/", "/dashboard/peers/?sort=gap&peers=B:all", "/dashboard/peers/OVERALL/", "/dashboard/peers/VST1/", "/dashboard/peers/releases/", "/dashboard/sites/compare/", "/dashboard/sites/compare/VST1/", "/dashboard/sites/map/", "/dashboard/sites/best/", "/dashboard/sites/beside/", "{plant}", "{learn}", "/dashboard/method/", "{enterprise}targets/peers/", "{enterprise}dimensions/CAP1/", "{enterprise}review/", "{enterprise}status/", "{enterprise}items/E-N2/", "{enterprise}items/E-N3b/", "{enterprise}items/E-N7/", "{enterprise}items/E-N9/", "{enterprise}items/E-N10/", "/dashboard/facts/", "/dashboard/streams/", "/plan/", "/plan/board/", "/plan/roadmap/", "/plan/progress/", "/plan/progress/?cycle={past}", "{action}", "{explain}", "/organisation/people/", "/organisation/people/import/")  # fmt: skip
OPEN, CLOSE = "\u27e6", "\u27e7"


@pytest.fixture
def made_up_language(monkeypatch):
    """gettext marks what it was asked for; lazy strings of forms and models come through it too."""
    monkeypatch.setattr(translation._trans, "gettext", lambda m: f"{OPEN}{m}{CLOSE}")
    monkeypatch.setattr(translation._trans, "ngettext", lambda s, p, n: f"{OPEN}{s if n == 1 else p}{CLOSE}")
    monkeypatch.setattr(translation._trans, "pgettext", lambda c, m: f"{OPEN}{m}{CLOSE}")
    monkeypatch.setattr(translation._trans, "npgettext", lambda c, s, p, n: f"{OPEN}{s if n == 1 else p}{CLOSE}")


def _text(tag: re.Match[str]) -> str:
    return re.sub(r"<[^>]+>", "", tag[1])


def left_over(body: str) -> list[str]:
    """The texts of a page that did not come through gettext."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.S)
    while (shorter := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", body)) != body:
        body = shorter
    body = re.sub(
        r'<button type="button" class="term"[^>]*>(.*?)</button>', _text, body
    )  # inside a text of the content
    attributes = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', body)
    texts = [html.unescape(t) for t in (*re.split(r"<[^>]+>", body), *attributes)]
    cleaned = [" ".join(t.split()) for t in texts]
    return [t for t in cleaned if re.search(r"[A-Za-z]{3}", t)]


def texts_in(document) -> set[str]:
    """All texts of the questionnaire, or of what people typed into lists, down to the leaves."""
    found: set[str] = set()

    def walk(value):
        if isinstance(value, str):
            found.add(" ".join(value.split()))
        elif isinstance(value, dict):
            for key, inner in value.items():
                found.add(str(key))
                walk(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                walk(inner)

    walk(document)
    return found


def without(text: str, data: set[str]) -> str:
    """What is left of a text when content, names and stamps are taken out, longest first."""
    for known in sorted((d for d in data if len(d) > 2 and d in text), key=len, reverse=True):
        text = text.replace(known, " ")
    text = re.sub(r"Assessment 20\d\d|illustrative-2026( 2026-06-30)?|\d+-\d+ months|[ES]-[A-Z]{3}\d-\d", " ", text)
    return re.sub(r"\b\d{1,2} \w+ 20\d\d|\d{1,2} [A-Z][a-z]{2}\b", " ", text)


def organisation_of(client) -> int:
    user = int(client.session["_auth_user_id"])
    with acting_as(user):
        return Member.objects.get(user_id=user).organisation_id


@pytest.mark.parametrize("page", PAGES)
def test_nothing_english_is_left(browser, made_up_language, page):
    client = browser("nordwerk")
    with tenant(organisation_of(client)):
        names = {s.name for s in Site.objects.all()} | {s.region for s in Site.objects.all()}
        names |= set(User.objects.values_list("name", flat=True)) | set(User.objects.values_list("email", flat=True))
        submission = (
            Submission.objects.filter(view="enterprise", state="submitted").select_related("cycle").latest("pk")
        )
        running = Cycle.objects.get(state="open")
        past = Cycle.objects.filter(plans__isnull=False).earliest("opens_on")
        planned = PlannedAction.objects.filter(status="done").latest("pk")
        plants = list(submission.cycle.submission_set.filter(view="site").values_list("public_id", flat=True))
        content = texts_in(Questionnaire.objects.get().document)
        dimensions = {d.name for d in catalogue(submission.cycle.questionnaire_id).dimensions}
        content |= texts_in(list(Answer.objects.filter(status="data").values_list("data", flat=True)))
        for typed in ("notes", "shown_by", "dropped_because"):
            content |= set(PlannedAction.objects.values_list(typed, flat=True))
        content |= {
            said["en"] for said in PlannedAction.objects.values_list("reasons", flat=True)
        }  # frozen as they were
    enterprise = f"/submissions/{submission.public_id}/"
    path = page.format(
        enterprise=enterprise,
        explain=f"/dashboard/explain/{submission.public_id}/CAP/",
        open=f"/cycles/{running.public_id}/",
        past=past.public_id,
        action=f"/plan/actions/{planned.public_id}/",
        closed=f"/cycles/{submission.cycle.public_id}/",
        plant=f"/dashboard/sites/{plants[0]}/",
        learn=f"/dashboard/sites/{plants[0]}/CAP2/?beside={plants[1]}",
    )
    reply = client.get(path, follow=True)
    assert reply.status_code == 200
    body = reply.content.decode()
    assert OPEN in body
    sectors = set(pipeline.segments().sector_of.values())
    data = (
        content
        | names
        | dimensions
        | {"OpModel", "Nordwerk Demo", "Demo", "CSCO", "UTC", "MWh", "opens_on", "closes_on", "illustrative.csv"}
        | sectors
        | set(dict(settings.LANGUAGES).values())
    )
    strange = [t for t in left_over(body) if re.search(r"[A-Za-z]{3}", without(t, data))]
    assert strange == []


def test_the_page_of_a_plant_manager_is_shown_without_english(browser, made_up_language):
    client = browser("nordwerk", "plant1")
    with tenant(organisation_of(client)):
        content = texts_in(Questionnaire.objects.get().document)
        content |= texts_in(list(Answer.objects.filter(status="data").values_list("data", flat=True)))
        content |= {d.name for d in catalogue(Cycle.objects.get(state="open").questionnaire_id).dimensions}
    body = client.get("/dashboard/sites/").content.decode()
    data = content | {"OpModel", "Nordwerk Demo", "Altmark", "plant1@nordwerk.example"}
    data |= {"Demo CSCO", "Demo analyst", "Altmark plant manager"}
    assert OPEN in body
    assert [t for t in left_over(body) if re.search(r"[A-Za-z]{3}", without(t, data))] == []


TYPED = "Xx;Yy;DE;Zz;z@x.example\nXx;Yy;AT;Zz;bad;Bb;Cc\nAltmark;;;;q@x.example\n;;;;plant1@nordwerk.example\nUu;Vv;;"


@pytest.mark.parametrize("text", [TYPED, TYPED.splitlines()[0], "Altmark", "", '"'])
def test_a_list_of_people_is_shown_without_english(browser, made_up_language, text):
    """What will happen, and what is wrong: sentences around what was typed."""
    client = browser("nordwerk")
    body = client.post("/organisation/people/import/", {"text": text, "step": "preview"}).content.decode()
    body = re.sub(r"<textarea.*?</textarea>", "", body, flags=re.S)
    data = {"OpModel", "Nordwerk Demo", "CSCO", "csco@nordwerk.example", "plant1@nordwerk.example", "Altmark"}
    data |= {"z@x.example", "q@x.example", "bad", "csv"}
    assert [t for t in left_over(body) if re.search(r"[A-Za-z]{3}", without(t, data))] == []


@pytest.mark.parametrize(
    ("code", "posted", "faults"),
    [
        ("E-N1", {"sites_count": "0", "industry": "99", "contract_manufacturing_share_pct": "x", "speed": "1"}, 4),
        ("E-N2", {"cost": "70", "growth": "40"}, 1),
        ("E-N7", {"row-1-current": "99", "row-2-item_family": "x", "row-2-last_reviewed": "soon"}, 3),
        ("E-N9", {"cell-DR01-target_level": "team"}, 1),
        ("E-N10", {"row-1-use_case": "x", "row-1-expected_benefit": "lots"}, 1),
        ("E-N6", {"target-CAP1": "3.3", "target-CAP2": "3.0", "by-CAP2": "2001-01-01"}, 2),
    ],
)
def test_a_wrong_item_is_refused_without_english(browser, made_up_language, code, posted, faults):
    client = browser("nordwerk")
    with tenant(organisation_of(client)):
        submission = Submission.objects.filter(view="enterprise", state="submitted").latest("cycle__closes_on")
        Submission.objects.filter(pk=submission.pk).update(state="draft", submitted_at=None)
        Cycle.objects.filter(pk=submission.cycle_id).update(state="open", closes_on=date.today() + timedelta(days=9))
        content = texts_in(Questionnaire.objects.get().document)
        names = {d.name for d in catalogue(submission.cycle.questionnaire_id).dimensions}
        names |= set(User.objects.values_list("name", flat=True)) | set(User.objects.values_list("email", flat=True))
    url = f"/submissions/{submission.public_id}/items/{code}/save/"
    reply = client.post(url, {**posted, "base_version": "0"})
    body = reply.content.decode()
    assert reply.status_code == 400
    assert body.split('role="alert"')[1].split("</ul>")[0].count("<li>") == faults
    data = content | names | {"OpModel", "Nordwerk Demo", "Demo", "CSCO", "UTC"}
    assert [t for t in left_over(body) if re.search(r"[A-Za-z]{3}", without(t, data))] == []
