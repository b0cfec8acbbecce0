"""From the invitation over real SMTP to the first page: once, in time, for one address and one organisation."""

import html
import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.formats import date_format

from opmodel.jobs.models import Job
from opmodel.logs import OneLine
from opmodel.organisations import invitations, inviting
from opmodel.organisations.models import Invitation, InvitationSite, Member, MemberSite, Organisation, User
from opmodel.organisations.permissions import InstallationRole, Role
from opmodel.organisations.tenancy import holding, installation
from tests import build
from tests.build import PASSWORD
from tests.mailbox import html_of, text_of

pytestmark = pytest.mark.django_db
NEW = "new@nordwerk.example"
CHOSEN = "lantern-gravel-91"
FORM = {"name": "Nina Neu", "password1": CHOSEN, "password2": CHOSEN}
PEOPLE = "/organisation/people/"
CANARY = "<script>alert(1)</script>{{7*7}}"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """argon2 is slow on purpose; what is stored is tested in test_sign_in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def invite(world, role=Role.PLANT_MANAGER, email=NEW, by="csco", sites=None, **more):
    chosen = world.sites[:1] if sites is None and role is Role.PLANT_MANAGER else sites or []
    given = {"name": "", "language": "en"} | more
    with world.inside(by):
        made, _replaced = inviting.invite(by=world.members[by], email=email, role=role, sites=chosen, **given)
    return made


def link_of(mail):
    return re.search(r"http\S+/accounts/invitations/\S+", text_of(mail))[0]


def path_of(mail):
    return re.sub(r"^https?://[^/]+", "", link_of(mail))


def heading(reply):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", reply.content.decode())[1])


def test_the_whole_round(nordwerk, mailbox):
    """Invited on the page, mailed, opened, joined, at work: a new plant manager."""
    site = nordwerk.sites[1]
    posted = {"email": "New@Nordwerk.example ", "name": "Nina", "role": "plant_manager", "language": "en", "sites": site.public_id}  # fmt: skip
    reply = nordwerk.client().post(PEOPLE, posted, follow=True)
    assert "The invitation to new@nordwerk.example is on its way." in reply.content.decode()
    (mail,) = mailbox.deliver()
    assert (mail["To"], mail["Subject"]) == (NEW, "Invitation to Nordwerk")
    text = text_of(mail).replace("\r\n", "\n")
    assert text.startswith("Hello Nina,\n")
    assert "csco Nordwerk invites you" in text
    assert "Your role: Plant manager.\nYour site: Nordwerk 2." in text
    assert html.unescape(html_of(mail)).count(link_of(mail)) == 1

    browser = Client()
    page = browser.get(path_of(mail))
    assert page.status_code == 200
    assert heading(page) == "Join Nordwerk"
    assert "You answer for your site" in page.content.decode()
    assert set(page.headers["Cache-Control"].split(", ")) >= {"no-store", "private"}
    home = browser.post(path_of(mail), FORM, follow=True)
    body = home.content.decode()
    assert home.request["PATH_INFO"] == "/"
    assert "Welcome to Nordwerk." in body
    assert "Nordwerk 2" in body
    assert "Start answering" in body
    user = User.objects.get(email=NEW)
    assert (user.name, user.language, user.installation_role) == ("Nina Neu", "en", "")
    with nordwerk.inside():
        member = Member.objects.get(user=user)
        assert (member.role, set(member.site_ids)) == ("plant_manager", {site.pk})
        done = Invitation.objects.get()
        assert (done.accepted_by, done.revoked_at) == (user, None)
        events = Member.pgh_event_model.objects.filter(pgh_obj_id=member.pk)
        assert [e.pgh_context["user"] for e in events] == [user.pk]
    assert (
        Client().post("/accounts/login/", {"login": NEW, "password": CHOSEN}, REMOTE_ADDR="10.9.0.1").status_code == 302
    )


def test_opening_the_link_uses_nothing_up(nordwerk, mailbox):
    """Mail scanners open links, some with HEAD: nobody joins by that, and nothing at all is written."""
    invite(nordwerk)
    path = path_of(mailbox.deliver()[0])
    with nordwerk.inside():
        before = list(Invitation.objects.values())
    for _round in range(3):
        assert Client().get(path).status_code == 200
        assert Client().head(path).status_code == 200
    with nordwerk.inside():
        assert list(Invitation.objects.values()) == before
    assert not User.objects.filter(email=NEW).exists()
    assert Client().post(path, FORM).status_code == 302


def test_a_link_works_once(nordwerk, mailbox):
    invite(nordwerk)
    path = path_of(mailbox.deliver()[0])
    assert Client().post(path, FORM).status_code == 302
    for reply in (Client().get(path), Client().post(path, FORM | {"name": "Second"})):
        assert (reply.status_code, heading(reply)) == (410, "This invitation has been used")
        assert NEW not in reply.content.decode()
    assert User.objects.get(email=NEW).name == "Nina Neu"


def test_a_link_ends_after_fourteen_days(nordwerk, mailbox):
    """By the database's clock, at the end of the fourteenth day where the organisation is."""
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(time_zone="Pacific/Auckland")
    made = invite(nordwerk)
    mail = mailbox.deliver()[0]
    with nordwerk.inside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT expires_at AT TIME ZONE 'Pacific/Auckland',"
            " date_trunc('day', now() AT TIME ZONE 'Pacific/Auckland') + interval '15 days'"
            " FROM organisations_invitation WHERE id = %s",
            [made.pk],
        )
        kept, midnight = cursor.fetchone()
    assert kept == midnight
    last = midnight - timedelta(days=1)
    assert f"until {last.day} {last:%B %Y}." in text_of(mail)
    assert Client().get(path_of(mail)).status_code == 200
    with nordwerk.inside():
        Invitation.objects.update(expires_at=Now())
    for reply in (Client().get(path_of(mail)), Client().post(path_of(mail), FORM)):
        assert (reply.status_code, heading(reply)) == (410, "This invitation has expired")
    assert not User.objects.filter(email=NEW).exists()


def test_sent_again_the_old_link_is_dead_and_the_new_one_works(nordwerk, mailbox):
    made = invite(nordwerk)
    old = path_of(mailbox.deliver()[0])
    reply = nordwerk.client().post(f"{PEOPLE}invitations/{made.public_id}/again/", follow=True)
    assert "A new invitation to new@nordwerk.example is on its way" in reply.content.decode()
    new = path_of(mailbox.deliver()[0])
    assert old != new
    for reply in (Client().get(old), Client().post(old, FORM)):
        assert (reply.status_code, heading(reply)) == (410, "This invitation is no longer valid")
    assert Client().post(new, FORM).status_code == 302
    with nordwerk.inside():
        assert set(Member.objects.get(user__email=NEW).site_ids) == {nordwerk.sites[0].pk}


def test_a_withdrawn_link_is_dead_and_its_waiting_mail_is_not_sent(nordwerk, mailbox):
    made = invite(nordwerk)
    path = invitations.path_of(made.public_id)
    nordwerk.client().post(f"{PEOPLE}invitations/{made.public_id}/revoke/")
    assert mailbox.deliver() == []
    reply = Client().post(path, FORM)
    assert (reply.status_code, heading(reply)) == (410, "This invitation is no longer valid")
    assert nordwerk.client().post(f"{PEOPLE}invitations/{made.public_id}/revoke/").status_code == 404


@pytest.mark.parametrize("how", ["expires_at", "revoked_at", "accepted_at"])
def test_an_invitation_that_ended_before_its_mail_was_sent_is_not_mailed(nordwerk, mailbox, how):
    """Its mail may be under way, or wait for a mail server: then nothing takes it out of the queue."""
    made = invite(nordwerk)
    with nordwerk.inside():
        more = {"accepted_by": nordwerk.members["csco"].user_id} if how == "accepted_at" else {}
        Invitation.objects.filter(pk=made.pk).update(**{how: Now()}, **more)
    assert mailbox.deliver() == []
    with nordwerk.inside():
        job = Job.objects.get(kind="mail")
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error == "Not sent: the invitation was accepted or withdrawn, or it has expired."


def test_inviting_an_address_twice_renews_and_keeps_the_sites(nordwerk, mailbox):
    invite(nordwerk, name="Nina")
    old = path_of(mailbox.deliver()[0])
    posted = {"email": NEW, "name": "", "role": "plant_manager", "language": "en", "sites": nordwerk.sites[2].public_id}
    reply = nordwerk.client().post(PEOPLE, posted, follow=True)
    assert "was invited already: a new invitation is on its way" in reply.content.decode()
    assert Client().get(old).status_code == 410
    mail = mailbox.deliver()[0]
    assert "Your sites: Nordwerk 1, Nordwerk 3." in text_of(mail)
    with nordwerk.inside():
        assert Invitation.objects.filter(accepted_at=None, revoked_at=None).count() == 1
        assert Invitation.objects.get(revoked_at=None).name == "Nina"


@pytest.mark.parametrize(
    "token", ["x", "a" * 43, "a" * 5000, "%00", "%E2%80%AE", "%ED%A0%80", "../x", "1%27%20OR%201=1"]
)
def test_a_made_up_link_opens_one_calm_page(nordwerk, token):
    made_up = Client().get("/accounts/invitations/made-up/")
    for reply in (
        Client().get(f"/accounts/invitations/{token}/"),
        Client().post(f"/accounts/invitations/{token}/", FORM),
    ):
        if "/" in token:
            assert reply.status_code == 404
            continue
        assert (reply.status_code, heading(reply)) == (404, "This link opens no invitation")
        assert without_csrf(reply) == without_csrf(made_up)


def without_csrf(reply):
    return re.sub(rb'name="(csrfmiddlewaretoken|next)" value="[^"]*"', b"", reply.content)


def test_an_invitation_of_another_installation_looks_made_up(nordwerk, mailbox, settings):
    """Its token comes from another secret key."""
    made = invite(nordwerk)
    settings.SECRET_KEY = "another" * 10
    foreign = Client().get(invitations.path_of(made.public_id))
    assert foreign.status_code == 404
    assert without_csrf(foreign) == without_csrf(Client().get("/accounts/invitations/made-up/"))


def test_the_ids_and_the_hash_open_nothing(nordwerk):
    made = invite(nordwerk)
    for guess in (made.public_id, made.token_hash, str(made.pk)):
        assert Client().get(f"/accounts/invitations/{guess}/").status_code == 404


def test_no_secret_lies_in_a_row_a_job_or_a_log(nordwerk, mailbox, caplog):
    made = invite(nordwerk)
    token = invitations.token_of(made.public_id)
    with nordwerk.inside(), connection.cursor() as cursor:
        for table in ("organisations_invitation", "organisations_invitationevent", "jobs_job"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            assert token not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(t::text, ' ') FROM organisations_invitationevent t")
        assert NEW not in cursor.fetchone()[0]
    mailbox.deliver()
    logging.getLogger("django.request").propagate = True
    Client().post(f"/accounts/invitations/{token}/", {"name": ""})
    lines = [OneLine("%(message)s").format(record) for record in caplog.records]
    assert any("/accounts/invitations/…" in line for line in lines)
    assert not any(token in line for line in lines)


def test_who_holds_a_link_reads_that_one_invitation_and_nothing_else(nordwerk, sudwerk):
    made, other = invite(nordwerk), invite(sudwerk, email="other@sudwerk.example")
    assert not Invitation.objects.exists()
    with holding(made.token_hash):
        assert list(Invitation.objects.values_list("pk", flat=True)) == [made.pk]
        assert Invitation.objects.update(role="csco") == 0
        assert (InvitationSite.objects.count(), Member.objects.count(), Organisation.objects.count()) == (0, 0, 0)
    with holding(other.token_hash):
        assert list(Invitation.objects.values_list("pk", flat=True)) == [other.pk]


@pytest.mark.parametrize("faults", [{"name": " "}, {"password1": "password", "password2": "password"}, {"password1": "short1", "password2": "short1"}, {"password2": "lantern-gravel-92"}, {"name": "A\u202eB"}, {"name": "x" * 121}])  # fmt: skip
def test_a_weak_password_or_no_name_is_refused_at_its_place(nordwerk, faults):
    path = invitations.path_of(invite(nordwerk).public_id)
    reply = Client().post(path, FORM | faults)
    assert reply.status_code == 400
    assert 'class="error"' in reply.content.decode()
    assert CHOSEN not in reply.content.decode()
    assert not User.objects.filter(email=NEW).exists()
    assert Client().post(path, FORM).status_code == 302


def test_the_form_decides_neither_address_nor_role(nordwerk):
    path = invitations.path_of(invite(nordwerk).public_id)
    more = {"email": "evil@x.example", "username": "evil@x.example", "role": "administrator", "language": "de", "installation_role": "operator", "is_active": "", "sites": nordwerk.sites[1].public_id}  # fmt: skip
    assert Client().post(path, FORM | more).status_code == 302
    assert not User.objects.filter(email="evil@x.example").exists()
    user = User.objects.get(email=NEW)
    assert (user.installation_role, user.is_active, user.language) == ("", True, "en")
    with nordwerk.inside():
        member = Member.objects.get(user=user)
        assert (member.role, set(member.site_ids)) == ("plant_manager", {nordwerk.sites[0].pk})


# --- people who have an account ---


def test_an_account_signs_in_with_that_address_and_confirms(nordwerk, sudwerk):
    """The link keeps its way through the sign-in; a member of one organisation joins another."""
    person = sudwerk.members["plant_manager"].user
    path = invitations.path_of(invite(nordwerk, email=person.email.upper()).public_id)
    browser = Client()
    page = browser.get(path)
    assert 'name="password1"' not in page.content.decode()
    assert f"/accounts/login/?next={path}" in page.content.decode()
    taken = browser.post(path, FORM)  # the account's password is not chosen here
    assert (taken.status_code, heading(taken)) == (409, "You cannot join with this account")
    reply = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD, "next": path})
    assert reply.url == path
    assert "You are signed in as" in browser.get(path).content.decode()
    home = browser.post(path, follow=True)
    assert "Nordwerk · Plant manager" in home.content.decode()
    with nordwerk.inside():
        assert set(Member.objects.get(user=person).site_ids) == {nordwerk.sites[0].pk}
    with sudwerk.inside():
        assert set(Member.objects.get(user=person).site_ids) == {sudwerk.sites[0].pk}  # as before
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_whoever_is_signed_in_as_somebody_else_is_told_so(nordwerk, sudwerk):
    path = invitations.path_of(invite(nordwerk).public_id)
    browser = sudwerk.client("analyst")
    page = browser.get(path).content.decode()
    assert f"You are signed in as {sudwerk.members['analyst'].user.email}, but this invitation is for {NEW}." in page
    refused = browser.post(path, FORM)
    assert (refused.status_code, heading(refused)) == (403, "You cannot join with this account")
    assert not User.objects.filter(email=NEW).exists()
    assert browser.post("/accounts/logout/", {"next": path}).url == path
    assert browser.post(path, FORM).status_code == 302


@pytest.mark.parametrize("role", InstallationRole)
def test_people_of_the_installation_are_not_taken_in(nordwerk, role):
    """Not invited, and should they get their role between invitation and acceptance, not let in."""
    person = User.objects.create(email="Root@platform.example", password=build.password_hash())
    path = invitations.path_of(invite(nordwerk, email="root@platform.example").public_id)
    User.objects.filter(pk=person.pk).update(installation_role=role.value)
    browser = Client()
    browser.force_login(User.objects.get(pk=person.pk))
    refused = browser.post(path)
    assert (refused.status_code, heading(refused)) == (403, "You cannot join with this account")
    with nordwerk.inside():
        assert not Member.objects.filter(user=person).exists()
    for by in ("csco", "administrator"):
        posted = {"email": "ROOT@platform.example", "role": "analyst", "language": "en"}
        reply = nordwerk.client(by).post(PEOPLE, posted)
        assert reply.status_code == 400
        shown = reply.content.decode()
        assert "This address cannot be invited." in shown
        assert not any(word in shown.lower() for word in ("operator", "steward", "installation"))


def test_an_account_that_is_switched_off_stays_outside(nordwerk, sudwerk):
    """Inviting it looks like any other invitation."""
    person = sudwerk.members["analyst"].user
    User.objects.filter(pk=person.pk).update(is_active=False)
    path = invitations.path_of(invite(nordwerk, Role.ANALYST, email=person.email).public_id)
    browser = Client()
    assert browser.post(path, FORM).status_code == 409
    reply = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD, "next": path})
    assert reply.url == "/accounts/inactive/"


def test_nobody_joins_an_organisation_that_is_switched_off(nordwerk):
    path = invitations.path_of(invite(nordwerk).public_id)
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(is_active=False)
    for reply in (Client().get(path), Client().post(path, FORM)):
        assert (reply.status_code, heading(reply)) == (403, "Nobody can join at present")
        assert "Nordwerk" not in reply.content.decode()
    assert not User.objects.filter(email=NEW).exists()


def test_a_member_of_today_keeps_the_role_and_gets_the_sites(nordwerk):
    """Somebody who became a member on another way, with the invitation still open."""
    path = invitations.path_of(invite(nordwerk, sites=nordwerk.sites[1:2]).public_id)
    member = build.member(nordwerk.organisation, Role.PLANT_MANAGER, nordwerk.sites[:1], NEW)
    browser = Client()
    browser.force_login(member.user)
    assert browser.post(path).status_code == 302
    with nordwerk.inside():
        assert set(MemberSite.objects.filter(member=member).values_list("site_id", flat=True)) == {
            s.pk for s in nordwerk.sites[:2]
        }


# --- limits and races ---


def test_tries_are_limited(nordwerk):
    """By internet address for made-up links; for one link from wherever."""
    for i in range(20):
        assert Client().post(f"/accounts/invitations/guess{i}/", FORM, REMOTE_ADDR="10.1.0.1").status_code == 404
    shut = Client().post("/accounts/invitations/guess/", FORM, REMOTE_ADDR="10.1.0.1")
    assert (shut.status_code, heading(shut)) == (429, "Too many tries")
    path = invitations.path_of(invite(nordwerk).public_id)
    for i in range(10):
        assert Client().post(path, {}, REMOTE_ADDR=f"10.1.1.{i}").status_code == 400
    assert Client().post(path, FORM, REMOTE_ADDR="10.1.2.1").status_code == 429
    assert Client().get(path).status_code == 200


def test_every_post_needs_the_token_of_our_page(nordwerk):
    path = invitations.path_of(invite(nordwerk).public_id)
    assert Client(enforce_csrf_checks=True).post(path, FORM).status_code == 403
    assert not User.objects.filter(email=NEW).exists()


# --- the page ---


def test_the_page_shows_members_and_what_became_of_invitations(nordwerk, sudwerk, mailbox):
    client = nordwerk.client()
    body = client.get(PEOPLE).content.decode()
    assert "No open invitation" in body
    assert "administrator Nordwerk" in body
    assert "Never signed in" in body
    for email in ("sent@x.example", "failed@x.example", "old@x.example"):
        invite(nordwerk, email=email)
    mailbox.refuse["failed@x.example"] = "550 no such user"
    mailbox.deliver()
    invite(nordwerk, email="waiting@x.example")
    invite(sudwerk, email="foreign@x.example")
    with nordwerk.inside():
        Invitation.objects.filter(email="old@x.example").update(expires_at=Now())
    body = html.unescape(client.get(PEOPLE).content.decode())
    assert "foreign@x.example" not in body
    part = {email: body.split(email, 1)[1].split("</li>")[0] for email in ("sent@x", "failed@x", "old@x", "waiting@x")}
    assert ">sent<" in part["sent@x"]
    assert "The mail server refuses the address failed@x.example: 550 no such user" in part["failed@x"]
    assert ">expired<" in part["old@x"]
    assert ">being sent<" in part["waiting@x"]


def test_the_site_of_a_link_from_the_board_is_chosen_beforehand(nordwerk, sudwerk):
    page = nordwerk.client().get(f"{PEOPLE}?site={nordwerk.sites[1].public_id}").content.decode()
    checked = re.findall(r'<input[^>]*name="sites"[^>]*value="(\w+)"[^>]*checked', page)
    assert checked == [nordwerk.sites[1].public_id]
    foreign = nordwerk.client().get(f"{PEOPLE}?site={sudwerk.sites[0].public_id}&site=%00").content.decode()
    assert "checked" not in foreign
    assert f'value="{sudwerk.sites[0].public_id}"' not in foreign


@pytest.mark.parametrize(
    ("posted", "text"),
    [
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"email": ""}, "This field is required."),
        ({"sites": []}, "Choose at least one site: a plant manager answers for it."),
        ({"role": "analyst"}, "Only plant managers answer for sites: choose none for this role."),
        ({"role": "administrator"}, "Select a valid choice."),
        ({"role": "boss"}, "Select a valid choice."),
        ({"language": "xx"}, "Select a valid choice."),
        ({"sites": "2222222222222222"}, "Select a valid choice."),
        ({"email": "analyst@nordwerk.example"}, "This person is a member already, with the role Analyst."),
        ({"email": "open@x.example"}, "This person is invited already, with the role Analyst."),
        ({"name": "x\x00y"}, "Null characters are not allowed."),
        ({"email": "a@x.example\r\nBcc: b@x.example"}, "Enter a valid email address."),
    ],
)
def test_what_cannot_be_invited_is_said_at_its_field(nordwerk, mailbox, posted, text):
    invite(nordwerk, Role.ANALYST, email="open@x.example")
    mailbox.deliver()
    given = {
        "email": NEW,
        "name": "Typed",
        "role": "plant_manager",
        "language": "en",
        "sites": nordwerk.sites[0].public_id,
    }
    reply = nordwerk.client().post(PEOPLE, given | posted)
    body = html.unescape(reply.content.decode())
    assert reply.status_code == 400
    assert text in body
    assert "Nobody was invited." in body
    assert mailbox.deliver() == []
    with nordwerk.inside():
        assert Invitation.objects.count() == 1


def test_a_foreign_site_looks_like_one_that_does_not_exist(nordwerk, sudwerk):
    given = {"email": NEW, "role": "plant_manager", "language": "en"}
    pages = [
        nordwerk.client().post(PEOPLE, given | {"sites": site}).content.decode().replace(site, "X")
        for site in (sudwerk.sites[0].public_id, "2222222222222222")
    ]
    assert len({re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page) for page in pages}) == 1


@pytest.mark.parametrize("step", ["again", "revoke"])
def test_a_foreign_invitation_looks_like_one_that_does_not_exist(nordwerk, sudwerk, step):
    theirs = invite(sudwerk)
    foreign = nordwerk.client().post(f"{PEOPLE}invitations/{theirs.public_id}/{step}/")
    made_up = nordwerk.client().post(f"{PEOPLE}invitations/2222222222222222/{step}/")
    assert foreign.status_code == made_up.status_code == 404
    assert foreign.content == made_up.content
    with sudwerk.inside():
        assert Invitation.objects.get().revoked_at is None


@pytest.mark.parametrize("step", ["again", "revoke"])
def test_the_csco_leaves_the_invitations_of_administrators_alone(nordwerk, step):
    made = invite(nordwerk, Role.ADMINISTRATOR, by="administrator")
    assert f"{made.public_id}/again" not in nordwerk.client().get(PEOPLE).content.decode()
    reply = nordwerk.client().post(f"{PEOPLE}invitations/{made.public_id}/{step}/", follow=True)
    assert "Your role does not invite people with this role." in reply.content.decode()
    with nordwerk.inside():
        assert Invitation.objects.get().revoked_at is None


@pytest.mark.parametrize("role", Role)
def test_an_administrator_invites_every_role(nordwerk, role):
    invite(nordwerk, role, by="administrator", sites=nordwerk.sites[:1] if role is Role.PLANT_MANAGER else [])
    with nordwerk.inside():
        assert Invitation.objects.get().role == role.value


@pytest.mark.parametrize(
    ("by", "role"),
    [
        ("csco", Role.ADMINISTRATOR),
        ("csco", Role.CSCO),
        ("analyst", Role.ANALYST),
        ("plant_manager", Role.CONTRIBUTOR),
        ("contributor", Role.CONTRIBUTOR),
    ],
)
def test_others_do_not(nordwerk, by, role):
    with pytest.raises(inviting.Refused) as refused:
        invite(nordwerk, role, by=by)
    assert refused.value.status == 403


def test_hostile_names_stay_text_in_page_and_mail(nordwerk, mailbox):
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(name=CANARY)
    nordwerk.sites[0].name = CANARY
    with nordwerk.inside():
        nordwerk.sites[0].save(update_fields=["name"])
    User.objects.filter(pk=nordwerk.members["csco"].user_id).update(name=CANARY)
    nordwerk.members["csco"].user.refresh_from_db()
    invite(nordwerk, name=CANARY)
    mail = mailbox.deliver()[0]
    escaped = html.escape(CANARY)
    pages = [
        nordwerk.client().get(PEOPLE).content.decode(),
        Client().get(path_of(mail)).content.decode(),
        html_of(mail),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert escaped in page
    assert mail["Subject"] == f"Invitation to {CANARY}"
    assert CANARY in text_of(mail)


def test_nothing_of_one_organisation_is_in_the_mail_or_page_of_another(nordwerk, sudwerk, mailbox):
    invite(nordwerk)
    invite(sudwerk, email=NEW)
    mails = {m["Subject"]: m for m in mailbox.deliver()}
    assert set(mails) == {"Invitation to Nordwerk", "Invitation to Südwerk"}
    mine = mails["Invitation to Nordwerk"]
    page = Client().get(path_of(mine)).content.decode()
    for text in (text_of(mine), html_of(mine), page, nordwerk.client().get(PEOPLE).content.decode()):
        assert "Südwerk" not in text
        assert "sudwerk" not in text
    assert Client().post(path_of(mine), FORM).status_code == 302
    other = Client()
    reply = other.post(path_of(mails["Invitation to Südwerk"]), FORM)
    assert reply.status_code == 409  # the account exists by now: sign in
    with sudwerk.inside():
        assert not Member.objects.filter(user__email=NEW).exists()


def test_the_mail_speaks_the_chosen_language_and_so_does_the_account(nordwerk, mailbox):
    invite(nordwerk, language="de")
    mail = mailbox.deliver()[0]
    assert '<html lang="de">' in html_of(mail)
    with nordwerk.inside():
        last = Invitation.objects.get().expires_at - timedelta(seconds=1)
    with translation.override("de"):
        assert date_format(last, "DATE_FORMAT") in text_of(mail)
    assert Client().post(path_of(mail), FORM).status_code == 302
    assert User.objects.get(email=NEW).language == "de"


def test_the_job_forgets_the_mail(nordwerk, mailbox):
    invite(nordwerk)
    mailbox.deliver()
    with nordwerk.inside():
        assert set(Job.objects.get(kind="mail").payload) == {"template", "to", "language"}


def test_the_page_asks_no_more_for_many_people_and_invitations(nordwerk, sudwerk):
    def statements(world, count):
        for i in range(count):
            invite(world, email=f"p{i}@x.example", sites=world.sites)
            build.member(world.organisation, Role.PLANT_MANAGER, world.sites, f"m{i}@{world.organisation.pk}.example")
        client = world.client()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(PEOPLE).status_code == 200
        return sum(not q["sql"].startswith("SELECT set_config(") for q in seen)

    assert statements(nordwerk, 1) == statements(sudwerk, 12)


def test_the_board_leads_to_the_form_with_its_site_chosen(nordwerk):
    """For a site without a person; whoever may not invite sees no such link."""
    lonely = nordwerk.sites[1]
    board = f"/cycles/{nordwerk.cycle.public_id}/"
    link = f"{PEOPLE}?site={lonely.public_id}#invite"
    assert f'href="{link}"' in nordwerk.client().get(board).content.decode()
    assert f"?site={nordwerk.sites[0].public_id}" not in nordwerk.client().get(board).content.decode()
    assert PEOPLE not in nordwerk.client("analyst").get(board).content.decode()
