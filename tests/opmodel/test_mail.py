"""The mail room over real SMTP: one mail a key, plain and short, and nothing a person typed becomes a header or runs."""

import pytest
from django.db import connection, transaction
from django.utils import translation

from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import mail
from tests.mailbox import html_of, text_of

pytestmark = pytest.mark.django_db
CANARY = "<script>alert(1)</script>{{7*7}}{% now 'Y' %}\r\nBcc: everybody@evil.example\r\n\r\nBuy this"
TEXT = """{% load i18n mail %}Subject: {% blocktranslate %}Hello from {{ name }}{% endblocktranslate %}

{% blocktranslate with last=last|day|date:"DATE_FORMAT" %}The last day is {{ last }}.{% endblocktranslate %}
{% for line in note %}{{ line }}
{% endfor %}
{{ public_url }}{{ path }}
"""
HTML = """{% extends "mail/_frame.html" %}{% load i18n mail %}
{% block content %}<p>{{ name }}</p>{% for line in note %}<p>{{ line }}</p>{% endfor %}
<p><a href="{{ public_url }}{{ path }}">{% translate "Open" %}</a></p>{% endblock %}"""
CONTEXT = {"name": "Nordwerk", "last": "2026-11-30", "note": ["one", "two"], "path": "/cycles/"}


@pytest.fixture(autouse=True)
def hello(settings, tmp_path):
    """A mail template of the test's own, beside the real ones."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "hello.txt").write_text(TEXT)
    (tmp_path / "mail" / "hello.html").write_text(HTML)
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path, *first["DIRS"]]}]
    settings.PUBLIC_URL = "https://opmodel.example"


def post(world, **other):
    given = {"key": "k", "template": "hello", "to": "a@nordwerk.example", "language": "en", "context": CONTEXT}
    with world.inside():
        return mail.enqueue(organisation_id=world.organisation.pk, by=world.members["csco"].user_id, **given | other)


def again(world):
    with queue.every_job(), connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_job SET due_at = clock_timestamp() WHERE kind = 'mail' AND state = 'queued'")


def state(world):
    with world.inside():
        return list(Job.objects.filter(kind="mail").values_list("state", "attempts", "error"))


def test_a_mail_is_short_plain_and_says_it_is_automatic(nordwerk, mailbox):
    post(nordwerk)
    (sent,) = mailbox.deliver()
    assert (sent["Subject"], sent["To"]) == ("Hello from Nordwerk", "a@nordwerk.example")
    assert sent["From"] == "opmodel@localhost"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert text_of(sent).splitlines() == [
        "The last day is 30 November 2026.", "one", "two", "", "https://opmodel.example/cycles/"
    ]  # fmt: skip
    assert 'href="https://opmodel.example/cycles/"' in html_of(sent)
    assert not any(word in html_of(sent) for word in ("<img", "src=", "url(", "<link", "<script"))
    assert state(nordwerk) == [("done", 1, "")]


def test_the_same_key_is_one_mail_for_ever(nordwerk, sudwerk, mailbox):
    assert post(nordwerk).pk == post(nordwerk).pk
    assert len(mailbox.deliver()) == 1
    post(nordwerk, to="b@nordwerk.example")
    assert mailbox.deliver() == []
    post(nordwerk, key="another")
    post(sudwerk, to="a@sudwerk.example")  # another organisation's key is another key
    assert [m["To"] for m in mailbox.deliver()] == ["a@nordwerk.example", "a@sudwerk.example"]
    with nordwerk.inside():
        found = mail.found(nordwerk.organisation.pk, ["k", "another", "never"])
    assert {key: job.state for key, job in found.items()} == {"k": "done", "another": "done"}


def test_nothing_is_sent_when_the_write_that_asked_for_it_fails(nordwerk, mailbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post(nordwerk)
        raise ZeroDivisionError
    assert mailbox.deliver() == []


def test_what_people_type_is_no_header_no_template_and_no_html(nordwerk, mailbox):
    post(nordwerk, context=CONTEXT | {"name": CANARY, "note": [CANARY]})
    (sent,) = mailbox.deliver()
    head = mailbox.raw[0].split(b"\r\n\r\n")[0]
    assert b"\nBcc" not in head
    assert {name.lower() for name in sent} == {
        "subject", "from", "to", "date", "message-id", "auto-submitted", "mime-version", "content-type"
    }  # fmt: skip
    plain = "<script>alert(1)</script>{{7*7}}{% now 'Y' %} Bcc: everybody@evil.example Buy this"
    assert sent["Subject"] == f"Hello from {plain}"
    assert plain in text_of(sent).splitlines()
    assert "<script" not in html_of(sent)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in html_of(sent)
    assert "49" not in html_of(sent) + text_of(sent)


@pytest.mark.parametrize("address", ["a@nordwerk.example\r\nBcc: x@evil.example", "nobody", "a@b@c", "", "a@x\n.de"])
def test_what_is_no_address_gets_no_mail(nordwerk, mailbox, address):
    post(nordwerk, to=address)
    assert mailbox.deliver() == []
    ((final, attempts, error),) = state(nordwerk)
    assert (final, attempts) == ("failed", 1)
    assert "is not a mail address" in error


def test_a_mail_server_that_is_down_is_asked_three_times_and_nobody_waits(nordwerk, mailbox, settings):
    settings.EMAIL_PORT = 1  # nobody listens there
    post(nordwerk)
    for attempt, minutes in ((1, 1), (2, 15)):
        assert mailbox.deliver() == []
        ((current, attempts, error),) = state(nordwerk)
        assert (current, attempts) == ("queued", attempt)
        assert error.startswith("The mail server did not take the mail: ")
        with queue.every_job(), connection.cursor() as cursor:
            wait = "SELECT round(extract(epoch FROM due_at - clock_timestamp()) / 60) FROM jobs_job"
            cursor.execute(f"{wait} WHERE organisation_id = %s", [nordwerk.organisation.pk])
            assert cursor.fetchone()[0] == minutes
        again(nordwerk)
    queue.drain()
    assert [row[:2] for row in state(nordwerk)] == [("failed", 3)]


def test_a_mail_server_that_comes_back_gets_the_mail(nordwerk, mailbox):
    mailbox.refuse["a@nordwerk.example"] = "450 come back later"
    post(nordwerk)
    assert mailbox.deliver() == []
    assert state(nordwerk)[0][:2] == ("queued", 1)
    mailbox.refuse.clear()
    again(nordwerk)
    assert len(mailbox.deliver()) == 1
    assert state(nordwerk) == [("done", 2, "")]


def test_an_address_the_server_does_not_know_fails_at_once_and_says_so(nordwerk, mailbox):
    mailbox.refuse["a@nordwerk.example"] = "550 no such user"
    post(nordwerk)
    assert mailbox.deliver() == []
    expected = "The mail server refuses the address a@nordwerk.example: 550 no such user"
    assert state(nordwerk) == [("failed", 1, expected)]


def test_a_worker_that_dies_after_sending_does_not_mail_another_one(nordwerk, mailbox):
    """Sent, forgotten what was in it, killed before the job was closed: the next attempt finds nothing to send."""
    job = post(nordwerk)
    assert len(mailbox.deliver()) == 1
    with queue.every_job():
        Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)
    assert mailbox.deliver() == []
    assert state(nordwerk)[0][0] == "done"


def test_a_second_attempt_carries_the_same_number(nordwerk, mailbox):
    """Killed between the server's OK and our note of it, the mail goes out again: mail programs know it by its number."""
    job = post(nordwerk)
    payload = job.payload
    mailbox.deliver()
    with queue.every_job():
        Job.objects.filter(pk=job.pk).update(state="queued", payload=payload, finished_at=None)
    mailbox.deliver()
    first, second = (m["Message-ID"] for m in mailbox.messages)
    assert first == second == f"<{job.public_id}@opmodel.example>"


def test_a_mail_once_sent_is_forgotten(nordwerk, mailbox):
    job = post(nordwerk, context=CONTEXT | {"path": "/join/secret-token/"})
    assert "secret-token" in text_of(mailbox.deliver()[0])
    with nordwerk.inside():
        assert Job.objects.get(pk=job.pk).payload == {"template": "hello", "to": "a@nordwerk.example", "language": "en"}


def test_without_a_public_address_no_mail_is_sent_and_the_job_says_why(nordwerk, mailbox, settings):
    settings.PUBLIC_URL = ""
    post(nordwerk)
    assert mailbox.deliver() == []
    ((final, attempts, error),) = state(nordwerk)
    assert (final, attempts) == ("failed", 1)
    assert error.startswith("PUBLIC_URL is not set")


@pytest.mark.parametrize("language", ["", "xx", "de-AT; drop"])
def test_an_unknown_language_is_the_one_of_the_installation(nordwerk, mailbox, language):
    with translation.override("de"):  # whatever the sender's page speaks
        post(nordwerk, language=language)
    (sent,) = mailbox.deliver()
    assert '<html lang="en">' in html_of(sent)


def test_a_mail_speaks_the_language_of_its_reader(nordwerk, mailbox, monkeypatch):
    seen = []
    monkeypatch.setattr(translation._trans, "gettext", lambda m: seen.append(translation.get_language()) or m)
    post(nordwerk, language="de")
    (sent,) = mailbox.deliver()
    assert '<html lang="de">' in html_of(sent)
    assert "30. November 2026" in text_of(sent)
    assert set(seen) >= {"de"}


def test_a_foreign_organisation_sees_no_mail(nordwerk, sudwerk, mailbox):
    post(nordwerk)
    with nordwerk.inside():
        assert Job.objects.filter(kind="mail").exists()
    with sudwerk.inside():
        assert not Job.objects.filter(kind="mail").exists()


def test_many_mails_take_as_many_statements_as_one(nordwerk, sudwerk, mailbox, django_assert_num_queries):
    """And a key that exists is left alone, in this organisation only."""
    post(sudwerk, key="k7")
    post(nordwerk, key="k7", to="first@nordwerk.example")
    letters = [mail.Letter(f"k{n}", f"{n}@nordwerk.example", "en", CONTEXT) for n in range(40)]
    given = {"organisation_id": nordwerk.organisation.pk, "template": "hello", "by": None}
    for some in (letters[:2], letters):
        with nordwerk.inside(), django_assert_num_queries(2):
            assert len(mail.enqueue_many(letters=some, **given)) == len(some)
    addresses = {m["To"] for m in mailbox.deliver()}
    assert len(mailbox.messages) == 41
    assert "first@nordwerk.example" in addresses
    assert "7@nordwerk.example" not in addresses


def test_when_redis_is_down_nobody_waits_for_every_bell(nordwerk, monkeypatch, django_capture_on_commit_callbacks):
    tries = []
    monkeypatch.setattr(queue, "ring", lambda job_id: bool(tries.append(job_id)))
    letters = [mail.Letter(f"k{n}", "a@nordwerk.example", "en", CONTEXT) for n in range(40)]
    with django_capture_on_commit_callbacks(execute=True), nordwerk.inside():
        mail.enqueue_many(organisation_id=nordwerk.organisation.pk, template="hello", letters=letters, by=None)
    assert len(tries) == 1
