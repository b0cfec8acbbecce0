"""Every person reads the language they chose, else the one the browser asks for; the API stays English."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client
from django.utils import translation

from assessments import publishing
from assessments.overlays import Overlay
from opmodel.organisations.language import choose_language
from opmodel.organisations.models import User
from tests.assessments.test_workflow import post
from tests.build import PASSWORD, score_all

ROOT = Path(__file__).resolve().parents[2]
GERMAN, ENGLISH = {"Accept-Language": "de-AT,de;q=0.9"}, {"Accept-Language": "en-GB"}


def language_of_page(reply) -> str:
    return re.search(r'<html lang="([\w-]+)"', reply.content.decode())[1]


@pytest.mark.django_db
def test_a_member_reads_the_chosen_language_whatever_the_browser_asks(nordwerk):
    client = nordwerk.client()
    assert language_of_page(client.get("/", headers=GERMAN)) == "de"
    choose_language(by=nordwerk.members["csco"].user, language="de")
    reply = client.get("/", headers=ENGLISH)
    assert (language_of_page(reply), reply.headers["Content-Language"]) == ("de", "de")
    assert "Ihre Aufgaben" in reply.content.decode()
    choose_language(by=nordwerk.members["csco"].user, language="en")
    reply = client.get("/", headers=GERMAN)
    assert (language_of_page(reply), reply.headers["Content-Language"]) == ("en", "en")
    assert language_of_page(nordwerk.client("analyst").get("/", headers=ENGLISH)) == "en"
    assert {"Accept-Language", "Cookie"} <= set(reply.headers["Vary"].split(", "))


@pytest.mark.django_db
def test_the_choice_is_made_on_a_page_and_kept_with_the_person(nordwerk):
    client, user = nordwerk.client(), nordwerk.members["csco"].user
    page = client.get("/accounts/language/?next=/cycles/").content.decode()
    assert re.search(r'value=""[^>]*checked', page)
    assert '<label class="check" lang="de">' in page
    reply = client.post("/accounts/language/", {"language": "de", "next": "/cycles/"}, follow=True)
    assert reply.redirect_chain == [("/cycles/", 302)]
    assert "Ihre Sprache ist gespeichert." in reply.content.decode()
    assert User.objects.get(pk=user.pk).language == "de"
    assert language_of_page(reply) == "de"
    client.post("/accounts/language/", {"language": ""})
    assert User.objects.get(pk=user.pk).language == ""


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["fr", "DE", "de\x00", "x" * 500])
def test_a_language_that_is_not_offered_is_refused(nordwerk, odd):
    reply = nordwerk.client().post("/accounts/language/", {"language": odd})
    assert reply.status_code == 400
    assert 'class="error"' in reply.content.decode()
    assert User.objects.get(pk=nordwerk.members["csco"].user_id).language == ""
    with pytest.raises(ValueError, match="there is no language"):
        choose_language(by=nordwerk.members["csco"].user, language=odd)


@pytest.mark.django_db
def test_a_language_that_is_no_longer_offered_leaves_it_to_the_browser(nordwerk):
    User.objects.filter(pk=nordwerk.members["csco"].user_id).update(language="fr")
    assert language_of_page(nordwerk.client().get("/", headers=GERMAN)) == "de"


@pytest.mark.django_db
@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_after_the_choice_one_stays_here(nordwerk, client, away):
    assert nordwerk.client().post("/accounts/language/", {"language": "de", "next": away}).url == "/"
    assert client.post("/accounts/language/", {"language": "de", "next": away}).url == "/accounts/login/"


@pytest.mark.django_db
def test_the_address_to_go_back_to_is_never_the_name_of_a_view(client):
    assert client.post("/accounts/language/", {"language": "de", "next": "nowhere"}).url == "nowhere"
    assert client.post("/accounts/language/", {"language": "de", "next": "account_logout"}).url == "account_logout"


@pytest.mark.django_db
def test_without_an_account_the_browser_keeps_the_choice(client):
    assert language_of_page(client.get("/accounts/login/", headers=GERMAN)) == "de"
    page = client.get("/accounts/login/?next=/cycles/", headers=ENGLISH).content.decode()
    assert 'name="next" value="/accounts/login/?next=/cycles/"' in page
    assert re.search(r'<button [^>]*value="de" lang="de">Deutsch</button>', page)
    reply = client.post("/accounts/language/", {"language": "de", "next": "/accounts/login/?next=/cycles/"})
    assert reply.url == "/accounts/login/?next=/cycles/"
    assert reply.cookies["django_language"]["httponly"]
    assert language_of_page(client.get("/accounts/login/", headers=ENGLISH)) == "de"
    client.post("/accounts/language/", {"language": ""})
    assert language_of_page(client.get("/accounts/login/", headers=ENGLISH)) == "en"


@pytest.mark.django_db
def test_the_choice_needs_the_token_of_our_page(nordwerk):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nordwerk.members["csco"].user)
    assert client.post("/accounts/language/", {"language": "de"}).status_code == 403


@pytest.mark.django_db
def test_pages_that_no_view_makes_speak_the_language_too(nordwerk):
    choose_language(by=nordwerk.members["csco"].user, language="de")
    reply = nordwerk.client().get("/nowhere/")
    assert (reply.status_code, language_of_page(reply)) == (404, "de")
    assert "Hier gibt es nichts" in reply.content.decode()


@pytest.mark.django_db
def test_what_scripts_are_told_is_in_the_person_s_language(nordwerk):
    choose_language(by=nordwerk.members["csco"].user, language="de")
    reply = post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", status="na", level=None, reason="")
    assert reply.status_code == 400
    assert reply.json()["message"] == "Sagen Sie in wenigen Worten, warum das bei Ihnen nicht zutrifft."
    csrf = Client(enforce_csrf_checks=True)
    csrf.force_login(nordwerk.members["csco"].user)
    old = csrf.post("/submissions/x/submit/", headers={"Accept": "application/json"})
    assert "Melden Sie sich" in old.json()["message"]


@pytest.mark.django_db
def test_wrong_sign_ins_are_refused_in_german(nordwerk, client):
    known = nordwerk.members["csco"].user.email
    reply = client.post("/accounts/login/", {"login": known, "password": "wrong"}, headers=GERMAN)
    assert "E-Mail-Adresse oder Passwort sind nicht richtig." in reply.content.decode()
    assert client.post("/accounts/login/", {"login": known, "password": PASSWORD}, headers=GERMAN).status_code == 302


@pytest.mark.django_db
def test_questions_come_in_german_and_answers_stay_the_same(nordwerk):
    choose_language(by=nordwerk.members["csco"].user, language="de")
    client, enterprise = nordwerk.client(), nordwerk.enterprise
    page = client.get(f"/submissions/{enterprise.public_id}/dimensions/CAP1/").content.decode()
    assert "Wie sind die Fähigkeiten der Produktion mit den Zielen der Lieferkette verknüpft?" in page
    assert "How are manufacturing capabilities" not in page
    assert 'class="tag">Englisch' not in page
    assert post(client, enterprise, "E-CAP1-1", level=4).status_code == 200


@pytest.mark.django_db
def test_what_is_not_translated_says_so_on_the_page(nordwerk, monkeypatch):
    """The name of a component lacks its stamp: nobody vouched for it, so the English is shown, marked, among German."""
    whole = publishing.read_overlay

    def unsure(folder: Path) -> Overlay:
        found = whole(folder)
        return replace(found, stamps={name: s for name, s in found.stamps.items() if name != "CAP"})

    monkeypatch.setattr(publishing, "read_overlay", unsure)
    publishing._catalogue.cache_clear()
    try:
        score_all(nordwerk)
        choose_language(by=nordwerk.members["csco"].user, language="de")
        page = nordwerk.client().get("/dashboard/").content.decode()
    finally:
        publishing._catalogue.cache_clear()
    assert page.count('<span lang="en">Capabilities</span> <span class="tag">Englisch</span>') == 1  # on its card
    assert "Wertströme" in page


@pytest.mark.django_db
def test_figures_and_days_are_written_as_germans_write_them(nordwerk):
    score_all(nordwerk)
    choose_language(by=nordwerk.members["csco"].user, language="de")
    page = nordwerk.client().get("/dashboard/").content.decode()
    assert "Fähigkeiten" in page
    assert re.search(r'<a href="[^"]*/OVERALL/[^"]*">3,5</a>', page)
    # A drawing is for the browser: a comma would break it.
    drawn = re.findall(r'(?:x|x1|x2|cx|width)="([\d.,]+)%"', page)
    assert len(drawn) > 100
    assert not [number for number in drawn if "," in number]
    texts = re.sub(r"<[^>]+>", " ", page)
    assert not re.search(r"(?<![\d.])[1-5]\.\d(?![\d.])", texts)


@pytest.mark.django_db
def test_the_api_is_english_for_everybody(nordwerk):
    from tests.opmodel.test_api import Api, token_of

    score_all(nordwerk)
    choose_language(by=nordwerk.members["analyst"].user, language="de")
    api = Api(token_of(nordwerk))
    for path in ("scores/", "gaps/", "actions/"):
        plain, german = api.get(path), api.get(path, **GERMAN, Cookie="django_language=de")
        assert german.status_code == 200
        assert plain.content == german.content
        assert german.headers["Content-Language"] == "en"
    assert "Build" in json.dumps([r["title"] for r in api.rows("actions/")])
    refused = Client().get("/api/v1/scores/", headers=GERMAN)
    assert refused.json() == Client().get("/api/v1/scores/", headers=ENGLISH).json()
    assert language_of_page(Client().get("/api/v1/docs/", headers=GERMAN)) == "de"


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES])
def test_every_language_says_how_it_writes_days(code):
    moment = datetime(2026, 11, 24, 14, 2)
    expected = {
        "en": ["24 November 2026", "24 November 2026, 14:02", "24 Nov 2026", "24 Nov 2026, 14:02", "24 Nov, 14:02"],
        "de": ["24. November 2026", "24. November 2026, 14:02", "24.11.2026", "24.11.2026, 14:02", "24.11., 14:02"],
    }
    names = ("DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATE_FORMAT", "SHORT_DATETIME_FORMAT", "MOMENT_FORMAT")
    page = engines["django"].from_string(" | ".join(f'{{{{ at|date:"{name}" }}}}' for name in names))
    with translation.override(code):
        assert page.render({"at": moment}).split(" | ") == expected[code]
    assert date.fromisoformat("2026-11-24") == moment.date()


def test_templates_name_the_form_of_a_day_and_do_not_spell_it():
    spelled = {
        f"{file.relative_to(ROOT)}: {form}"
        for file in (ROOT / "templates").rglob("*.*")
        for form in re.findall(r'\|(?:date|time):"([^"]+)"', file.read_text())
        if not re.fullmatch(r"[A-Z_]+_FORMAT|Y-m-d|c", form)
    }
    assert spelled == set()
