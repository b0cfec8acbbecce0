"""Bulk on the page: pasted or as a file, seen first, applied when still true, all or nothing."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opmodel.jobs.models import Job
from opmodel.organisations import inviting, listing
from opmodel.organisations.models import Invitation, Member, Site
from opmodel.organisations.permissions import Role
from tests import build, samples

pytestmark = pytest.mark.django_db
URL = "/organisation/people/import/"
LIST = "Site;Region;Country;Name;Email;Role;Language\n"
CANARY = "<script>alert(1)</script>{{7*7}}"


def look(client, text="", **more):
    return client.post(URL, {"text": text, "step": "preview", **more})


def digest(reply):
    found = re.search(r'name="seen" value="(\w+)"', reply.content.decode())
    return found and found[1]


def apply(client, text):
    """As a person does: look, then apply what was seen."""
    return client.post(URL, {"text": text, "step": "apply", "seen": digest(look(client, text)) or ""})


def words(reply):
    """The page's text."""
    body = re.sub(r"<textarea.*?</textarea>", " ", reply.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def text_in(reply):
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", reply.content.decode(), re.S)[1]).lstrip("\r\n")


def everything(world):
    with world.inside():
        return [
            sorted(Site.objects.values_list("name", "region", "country")),
            sorted(Invitation.objects.values_list("email", "role", "revoked_at")),
            sorted(Member.objects.values_list("user__email", "sites__name"), key=str),
            Job.objects.filter(kind="mail").count(),
        ]


def test_a_pasted_list_is_shown_and_then_applied(nordwerk, mailbox):
    client = nordwerk.client()
    before = everything(nordwerk)
    text = (
        f"{LIST}Celje;Europe;Slowenien;Anna Aal;anna@x.example;;de\n"
        f"Dover;Europe;GB;Anna Aal;ANNA@x.example\n"
        f"Nordwerk 2;;;;plant_manager@nordwerk.example\n"
        f"Nordwerk 1;;;;plant_manager@nordwerk.example\n"
        f";;;Bo;bo@x.example;Analyst"
    )
    seen = look(client, text)
    assert seen.status_code == 200
    shown = words(seen)
    for sentence in (
        "2 new sites.",
        "2 invitations by mail.",
        "1 member gets further sites.",
        "New site “Celje”.",
        "One invitation to anna@x.example (Plant manager) for all of these: Celje, Dover.",
        "In the same invitation as row 2.",
        "plant_manager@nordwerk.example is a member already and gets the site “Nordwerk 2”.",
        "plant_manager@nordwerk.example is a member already; nothing to do.",
        "Invitation to bo@x.example (Analyst).",
    ):
        assert sentence in shown, sentence
    assert text_in(seen).replace("\r\n", "\n") == text
    assert everything(nordwerk) == before  # nothing is saved before it is applied
    assert mailbox.deliver() == []

    done = client.post(URL, {"text": text, "step": "apply", "seen": digest(seen)})
    assert done.status_code == 200
    assert "The list is applied" in words(done)
    assert "add them on the page of an open one" in words(done)
    assert 'href="/cycles/"' in done.content.decode()
    assert sorted(m["To"] for m in mailbox.deliver()) == ["anna@x.example", "bo@x.example"]
    assert "Celje, Dover" in mailbox.to("anna@x.example")[0].get_body(("plain",)).get_content()
    with nordwerk.inside():
        assert set(Site.objects.filter(name__in=["Celje", "Dover"]).values_list("region", "country")) == {
            ("Europe", "SI"), ("Europe", "GB")
        }  # fmt: skip
        anna = Invitation.objects.get(email="anna@x.example")
        assert (anna.name, anna.language, anna.role) == ("Anna Aal", "de", "plant_manager")
        assert set(anna.sites.values_list("name", flat=True)) == {"Celje", "Dover"}
        member = Member.objects.get(user__email="plant_manager@nordwerk.example")
        assert set(member.sites.values_list("name", flat=True)) == {"Nordwerk 1", "Nordwerk 2"}

    again = look(client, text)
    assert "Everything in this list is done already." in words(again)
    assert digest(again) is None


def test_an_open_invitation_is_sent_again_with_all_sites(nordwerk, mailbox):
    client = nordwerk.client()
    apply(client, "Nordwerk 1;;;Ann;a@x.example;;de")
    mailbox.deliver()
    text = "Nordwerk 2;;;;a@x.example"
    assert "Invited already: a@x.example gets a new invitation for all of these: Nordwerk 1, Nordwerk 2." in words(
        look(client, text)
    )
    apply(client, text)
    assert len(mailbox.deliver()) == 1
    with nordwerk.inside():
        old, new = Invitation.objects.order_by("pk")
        assert old.revoked_at
        assert not new.revoked_at
        assert (new.name, new.language, new.sites.count()) == ("Ann", "de", 2)


def test_faults_are_named_at_their_row_and_nothing_can_be_applied(nordwerk, mailbox):
    client = nordwerk.client()
    before = everything(nordwerk)
    text = f"{LIST}Celje;Europe;Atlantis;Ann;a@x.example\nDover;;;;nobody\nEaston;;;;ok@x.example\nCelje;;;;c@x.example\nCelje;;;;C@x.example"
    seen = look(client, text)
    assert seen.status_code == 400
    shown = words(seen)
    assert "Nothing was done: 3 things in the list are not right." in shown
    assert "Row 2 · Country · Atlantis This country is not known." in shown
    assert "Row 3 · Email · nobody This is not an email address, such as name@company.com." in shown
    assert "Row 6 · Email · c@x.example Row 5 has the same site and address." in shown
    assert "Invitation to ok@x.example (Plant manager)." in shown  # what is right is shown all the same
    assert digest(seen) is None
    assert text_in(seen).replace("\r\n", "\n") == text  # mended in place
    for seen_before in ("", "0" * 64):
        assert client.post(URL, {"text": text, "step": "apply", "seen": seen_before}).status_code == 400
    assert everything(nordwerk) == before
    assert mailbox.deliver() == []


def test_what_changed_since_it_was_seen_is_shown_again(nordwerk, mailbox):
    """The text itself, or what is there: never something that was not on the screen."""
    client, other = nordwerk.client(), nordwerk.client("administrator")
    text = "Celje;;;;a@x.example"
    seen = digest(look(client, text))
    edited = client.post(URL, {"text": text + "\nDover", "step": "apply", "seen": seen})
    assert edited.status_code == 409
    assert "this is not what you saw before" in words(edited)
    assert apply(other, "Celje").status_code == 200
    late = client.post(URL, {"text": text, "step": "apply", "seen": seen})
    assert late.status_code == 409
    assert "The site “Celje” exists." in words(late)
    with nordwerk.inside():
        assert not Invitation.objects.exists()
    done = client.post(URL, {"text": text, "step": "apply", "seen": digest(late)})
    assert done.status_code == 200
    assert [m["To"] for m in mailbox.deliver()] == ["a@x.example"]


def test_sending_the_form_twice_does_it_once(nordwerk, mailbox):
    client, text = nordwerk.client(), "Celje;;;;a@x.example"
    form = {"text": text, "step": "apply", "seen": digest(look(client, text))}
    assert [client.post(URL, form).status_code for _twice in range(2)] == [200, 409]
    assert len(mailbox.deliver()) == 1


def test_all_or_nothing(nordwerk, mailbox, monkeypatch):
    """A site that appears in the last moment, on a page without our lock."""
    client, text = nordwerk.client(), "Celje;;;;a@x.example\nDover;;;;b@x.example"
    seen = digest(look(client, text))
    before = everything(nordwerk)

    def somebody_else(**_kwargs):
        Site.objects.create(organisation=nordwerk.organisation, name="Dover")

    monkeypatch.setattr(inviting, "send", somebody_else)
    reply = client.post(URL, {"text": text, "step": "apply", "seen": seen})
    assert reply.status_code == 409
    assert everything(nordwerk) == before
    assert mailbox.deliver() == []


# --- files ---


@pytest.mark.parametrize(
    "file",
    [
        ("people.csv", "Werk;E-Mail\r\nCelje;a@x.example\r\n".encode("cp1252")),
        ("people.csv", "\ufeffSite,Email\nCelje,a@x.example".encode()),
        ("people.txt", "Site\tEmail\nCelje\ta@x.example".encode("utf-16")),
        ("people.xlsx", samples.table([["Site", "Email"], ["Celje", "a@x.example"]])),
        ("people.ods", samples.ods([["Site", "Email"], ["Celje", "a@x.example"]])),
        ("Werke.XLSX", samples.table([["Werk", None, "E-Mail"], ["Celje", None, "a@x.example"]])),
    ],
)
def test_a_file_fills_the_text_and_is_shown(nordwerk, file):
    client = nordwerk.client()
    seen = look(client, "what stood there", file=SimpleUploadedFile(*file))
    assert seen.status_code == 200, words(seen)
    assert "Invitation to a@x.example (Plant manager)." in words(seen)
    assert "Row 2" in words(seen)
    done = client.post(URL, {"text": text_in(seen), "step": "apply", "seen": digest(seen)})
    assert "The list is applied" in words(done)


@pytest.mark.parametrize(
    ("name", "content", "text", "status"),
    [
        ("list.xlsx", samples.WINDOWS, "“list.xlsx” is a Windows program.", 400),
        ("list.csv", samples.PDF, "“list.csv” is a PDF.", 400),
        ("list.exe", b"Site;Email\n", "“list.exe” is a text file.", 400),
        ("list.xlsx", b"PK\x03\x04 no archive", "is damaged", 400),
        ("list.csv", b"", "“list.csv” is empty.", 400),
        ("list.csv", b'Site;Email\n"Celje;a@x.example', "a quotation mark is opened and not closed", 400),
        ("list.csv", b"Celje" + b";x" * 60, "has 61 columns; at most 50 are read", 400),
        ("list.csv", b"x" * 10_000_001, "“list.csv” is larger than 10 MB", 413),
        ("../../etc/list.xlsx", samples.bomb, "would unpack to far more", 400),
        ("list.csv", b"Site\nA\x00B\n", "is", 400),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(nordwerk, name, content, text, status):
    data = content() if callable(content) else content
    reply = look(nordwerk.client(), "kept", file=samples.upload(name, data))
    assert reply.status_code == status
    assert "The list could not be read." in words(reply)
    assert text in words(reply)
    assert "etc/" not in words(reply)
    assert text_in(reply) == "kept"


def test_a_file_beyond_all_measure_is_refused_before_it_is_read(nordwerk):
    reply = look(nordwerk.client(), "", file=samples.upload("list.csv", b"x" * 12_000_000))
    assert reply.status_code == 413
    assert "The file is larger than 10 MB, which is the most." in words(reply)


def test_a_file_is_read_and_never_applied_unseen(nordwerk, mailbox):
    before = everything(nordwerk)
    file = SimpleUploadedFile("people.csv", b"Site;Email\nCelje;a@x.example\n")
    reply = nordwerk.client().post(URL, {"text": "", "step": "apply", "seen": "", "file": file})
    assert reply.status_code == 200
    assert digest(reply)
    assert everything(nordwerk) == before


def test_too_many_rows_and_too_long_a_text(nordwerk):
    client = nordwerk.client()
    many = look(client, "\n".join(f"S{i}" for i in range(1001)))
    assert (many.status_code, "The list has 1001 rows; at most 1000 go at once." in words(many)) == (400, True)
    assert "Ensure this value has at most" in words(look(client, "x" * 300_001))
    assert "There is nothing in the list yet" in words(look(client, " \n"))


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_empty_list_is_understood_as_it_is(nordwerk, language):
    nordwerk.members["csco"].user.language = language
    nordwerk.members["csco"].user.save()
    client = nordwerk.client()
    reply = client.get(f"{URL}template.csv")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    text = reply.content.decode("utf-8-sig")
    assert (";" in text) is (language == "de")
    filled = SimpleUploadedFile("people.csv", reply.content + b"Celje")
    assert "Celje" in words(look(client, "", file=filled))


# --- who, whose, how fast ---


def test_a_list_gives_no_role_beyond_the_own(nordwerk):
    text = ";;;;a@x.example;administrator"
    assert "Your role does not invite these. Write one of: Analyst, Colleague, Plant manager." in words(
        look(nordwerk.client(), text)
    )
    assert look(nordwerk.client("administrator"), text).status_code == 200


@pytest.mark.parametrize("role", ["analyst", "plant_manager", "contributor"])
def test_others_have_no_list(nordwerk, role):
    assert look(nordwerk.client(role), "Celje").status_code == 403
    with pytest.raises(inviting.Refused), nordwerk.inside(role):
        listing.apply_list(by=nordwerk.members[role], text="Celje", seen="")


def test_people_and_sites_of_another_organisation_are_unknown_here(nordwerk, sudwerk, mailbox):
    """Their sites can be made here, their people invited like anybody, and nothing of theirs is shown or changed."""
    theirs = everything(sudwerk)
    email = sudwerk.members["analyst"].user.email
    seen = look(nordwerk.client(), f"Südwerk 1;;;;{email}")
    assert "New site “Südwerk 1”." in words(seen)
    assert f"Invitation to {email} (Plant manager)." in words(seen)
    apply(nordwerk.client(), f"Südwerk 1;;;;{email}")
    assert everything(sudwerk) == theirs
    (mail,) = mailbox.deliver()
    assert mail["Subject"] == "Invitation to Nordwerk"


def test_people_of_the_installation_cannot_be_listed(nordwerk):
    person = build.member(nordwerk.organisation, Role.ANALYST, email="steward@x.example").user
    with nordwerk.inside():
        Member.objects.filter(user=person).delete()
    person.installation_role = "benchmark_steward"
    person.save()
    assert "This address cannot be invited. Use another address of this person." in words(
        look(nordwerk.client(), "Nordwerk 1;;;;Steward@x.example")
    )


def test_hostile_text_stays_text(nordwerk, mailbox):
    client = nordwerk.client()
    text = f"{CANARY};{CANARY};;{CANARY};a@x.example\n=cmd|' /C calc'!A0\n;;;;{CANARY}"
    for reply in (look(client, text), look(client, text.rsplit("\n", 1)[0]), apply(client, text.rsplit("\n", 1)[0])):
        body = reply.content.decode()
        assert "<script>alert" not in body
        assert html.escape(CANARY) in body
    assert (
        "<script>" not in client.get("/organisation/people/").content.decode().split("</head>")[1].split("<footer")[0]
    )
    mail = mailbox.deliver()[0]
    assert "<script>" not in mail.get_body(("html",)).get_content()


def test_a_thousand_rows_take_as_many_statements_as_ten(nordwerk, sudwerk):
    def statements(world, rows):
        client = world.client()
        text = "\n".join(f"Site {i};Europe;DE;P {i};p{i}@x.example" for i in range(rows))
        counts = []
        with CaptureQueriesContext(connection) as seen:
            first = look(client, text)
        counts.append(len(seen))
        with CaptureQueriesContext(connection) as done:
            reply = client.post(URL, {"text": text, "step": "apply", "seen": digest(first)})
        assert "The list is applied" in words(reply)
        return [*counts, len(done)]

    assert statements(nordwerk, 10) == statements(sudwerk, 1000)
