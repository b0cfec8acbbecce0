"""The database itself keeps organisations apart; each test first shows that the foreign rows exist."""

import pytest
from django.apps import apps
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.utils import IntegrityError

from assessments.models import Answer, Submission
from opmodel.organisations.models import Member, Organisation, Site, Tombstone
from opmodel.organisations.tenancy import tenant

pytestmark = pytest.mark.django_db


def test_without_any_filter_nothing_foreign_is_seen(nordwerk, sudwerk):
    with sudwerk.inside():
        assert Submission.objects.count() == 4  # they exist
        foreign = set(Submission.objects.values_list("pk", flat=True))
    with nordwerk.inside():
        assert Submission.objects.count() == 4
        assert not Submission.objects.filter(pk__in=foreign).exists()
        assert not Site.objects.filter(organisation_id=sudwerk.organisation.pk).exists()
        assert not Organisation.objects.filter(pk=sudwerk.organisation.pk).exists()


def test_outside_a_tenant_there_is_nothing(nordwerk):
    assert (Submission.objects.count(), Site.objects.count(), Member.objects.count()) == (0, 0, 0)


def test_a_foreign_row_cannot_be_written(nordwerk, sudwerk):
    with pytest.raises(ProgrammingError, match="row-level security"), nordwerk.inside():
        Site.objects.create(organisation=sudwerk.organisation, name="Trojan")
    with nordwerk.inside():
        assert Site.objects.filter(pk=sudwerk.sites[0].pk).update(name="Taken") == 0
        assert Site.objects.filter(pk=sudwerk.sites[0].pk).delete()[0] == 0


def test_a_row_cannot_point_to_a_foreign_parent(nordwerk, sudwerk):
    with pytest.raises(IntegrityError, match="assessments_answer_submission_id_tenant"), transaction.atomic():
        with nordwerk.inside():
            question = nordwerk.cycle.questionnaire.question_set.first()
            Answer.objects.create(
                organisation=nordwerk.organisation,
                submission_id=sudwerk.enterprise.pk,
                question=question,
                status="dk",
                saved_at="2026-01-01T00:00Z",
            )
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_read_only_tenant_refuses_writes(nordwerk):
    with pytest.raises(InternalError, match="read-only"), transaction.atomic():
        with tenant(nordwerk.organisation.pk, read_only=True):
            Site.objects.create(organisation=nordwerk.organisation, name="New")


def test_contexts_do_not_mix(nordwerk, sudwerk):
    with nordwerk.inside(), pytest.raises(ValueError, match="already inside"), sudwerk.inside():
        pass


def test_every_table_of_an_organisation_is_guarded():
    names = {m._meta.db_table for m in apps.get_models() if any(f.name == "organisation" for f in m._meta.fields)}
    names |= {m._meta.db_table for m in apps.get_models() if any(f.column == "organisation_id" for f in m._meta.fields)}
    assert len(names) > 20
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        guarded = {row[0] for row in cursor.fetchall()}
    assert names - guarded == set()


def test_the_web_role_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "opmodel_web"
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone()[0] is False


def test_the_audit_trail_cannot_be_changed(nordwerk):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), nordwerk.inside():
        Site.pgh_event_model.objects.update(name="other")


def test_a_deleted_row_leaves_a_tombstone_and_a_change_a_time(nordwerk):
    with nordwerk.inside():
        site = Site.objects.create(organisation=nordwerk.organisation, name="Short-lived")
        before = Site.objects.get(pk=site.pk).updated_at
        Site.objects.filter(pk=site.pk).update(name="Renamed")
        assert Site.objects.get(pk=site.pk).updated_at > before
        public_id, key = site.public_id, site.pk
        site.delete()
        assert Tombstone.objects.get(public_id=public_id).row_id == key
