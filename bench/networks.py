"""A company with many plants and several cycles, answered and scored: written by SQL, scored by the product."""

import json
import os
from datetime import date

import psycopg2
from psycopg2.extras import execute_values

# {n} sites, {cycles} yearly cycles, every question of both views answered at random, the profiles of the plants too; the
# lists and facts of `given` (registers, decision rights, pilots, barriers) are those of the demo company.
FILL = """
SELECT setseed(0.5);
INSERT INTO organisations_site (organisation_id, public_id, name, region, country, is_active)
SELECT %(org)s, 'site' || %(org)s || 'x' || n, 'Plant ' || n, (ARRAY['Europe', 'Asia-Pacific', 'North America'])[1 + n %% 3], 'DE', true
  FROM generate_series(1, %(sites)s) n;
INSERT INTO assessments_cycle (organisation_id, public_id, name, questionnaire_id, dataset_id, state, opens_on, closes_on,
       response_target_pct, reminders)
SELECT %(org)s, 'cycle' || %(org)s || 'x' || n, 'Cycle ' || n, %(content)s, %(dataset)s, 'closed',
       make_date(2020 + n, 1, 1), make_date(2020 + n, 3, 31), 80, false
  FROM generate_series(1, %(cycles)s) n;
INSERT INTO assessments_cyclesite (organisation_id, public_id, cycle_id, site_id)
SELECT %(org)s, 'in' || c.id || 'x' || s.id, c.id, s.id
  FROM assessments_cycle c, organisations_site s WHERE c.organisation_id = %(org)s AND s.organisation_id = %(org)s;
INSERT INTO assessments_submission (organisation_id, public_id, cycle_id, view, site_id, state, revision, submitted_at)
SELECT %(org)s, 'e' || id, id, 'enterprise', NULL, 'submitted', 1, now() FROM assessments_cycle WHERE organisation_id = %(org)s
UNION ALL
SELECT %(org)s, 's' || id, cycle_id, 'site', site_id, 'submitted', 1, now()
  FROM assessments_cyclesite WHERE organisation_id = %(org)s;
INSERT INTO assessments_answer (organisation_id, public_id, submission_id, question_id, status, level, data, reason, comment,
       version, client_key, origin, on_behalf, saved_at)
SELECT %(org)s, 'a' || s.id || 'x' || q.id, s.id, q.id, 'level', 1 + floor(5 * random()), NULL, '', '', 1, '', 'page', false, now()
  FROM assessments_submission s JOIN assessments_question q ON q.view = s.view AND q.type = 'scale5'
 WHERE s.organisation_id = %(org)s AND q.questionnaire_id = %(content)s;
INSERT INTO assessments_answer (organisation_id, public_id, submission_id, question_id, status, level, data, reason, comment,
       version, client_key, origin, on_behalf, saved_at)
SELECT %(org)s, 'd' || s.id || 'x' || q.id, s.id, q.id, 'data', NULL,
       CASE q.code WHEN 'S-N1' THEN jsonb_build_object('margin_criticality', 1 + floor(5 * random()),
                        'growth_criticality', 1 + floor(5 * random()), 'role', 'contributor', 'headcount_direct', 300)
                   ELSE '{"materials": 60.0, "direct_labour": 40.0}'::jsonb END,
       '', '', 1, '', 'page', false, now()
  FROM assessments_submission s JOIN assessments_question q ON q.view = s.view AND q.code IN ('S-N1', 'S-N2')
 WHERE s.organisation_id = %(org)s AND q.questionnaire_id = %(content)s;
INSERT INTO assessments_answer (organisation_id, public_id, submission_id, question_id, status, level, data, reason, comment,
       version, client_key, origin, on_behalf, saved_at)
SELECT %(org)s, 'f' || s.id || 'x' || q.id, s.id, q.id, 'data', NULL, g.data, '', '', 1, '', 'page', false, now()
  FROM assessments_submission s
  LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS number FROM organisations_site WHERE organisation_id = %(org)s) p
    ON p.id = s.site_id
  JOIN given g ON g.number = COALESCE(p.number, 0)
  JOIN assessments_question q ON q.code = g.code AND q.view = s.view
 WHERE s.organisation_id = %(org)s AND q.questionnaire_id = %(content)s;
"""
AUDITED = (
    "organisations_site",
    "assessments_cycle",
    "assessments_cyclesite",
    "assessments_submission",
    "assessments_answer",
)


def made(name: str, sites: int, cycles: int = 3):
    """A scored company as `build.World`, its newest cycle first in hand; CSCO, and the manager of its first plant."""
    from assessments import bulk, pipeline, publishing, selectors
    from assessments.models import Cycle, Questionnaire
    from benchmarks.models import Dataset
    from opmodel.organisations.models import Site
    from opmodel.organisations.permissions import Role
    from opmodel.organisations.tenancy import tenant
    from tests import build

    organisation = build.organisation(name)
    values = {
        "org": organisation.pk, "sites": sites, "cycles": cycles,
        "content": Questionnaire.objects.get().pk, "dataset": Dataset.objects.get().pk,
    }  # fmt: skip
    fill(values)
    with tenant(organisation.pk):
        first = list(Site.objects.order_by("pk")[:1])
    members = {
        "csco": build.member(organisation, Role.CSCO),
        "plant_manager": build.member(organisation, Role.PLANT_MANAGER, first),
    }
    assert bulk.rescore(organisation.pk, method=pipeline.current_method(), segments=pipeline.segments()) == cycles * (
        sites + 1
    )
    with tenant(organisation.pk):
        for cycle in Cycle.objects.all():
            pipeline.network(cycle)
        newest = Cycle.objects.latest("opens_on")
        rows = selectors.board(newest)
        publishing.question_keys(newest.questionnaire_id)
    return build.World(organisation, first, members, newest, rows)


def given(content: int, sites: int) -> list[tuple[int, str, str]]:
    """(number, item, data): what the enterprise (0) and each plant say in lists and facts, with targets and points."""
    from assessments import demo_items, publishing
    from assessments.catalogue import ENTERPRISE, SITE

    catalogue, today = publishing.catalogue(content), date(2026, 6, 30)
    decisions = tuple(catalogue.item_by_code["S-N4"].spec["row_ids"])
    own = {
        "E-N2": dict(zip(catalogue.objectives, (30, 20, 20, 15, 10, 5), strict=True)),
        "E-N6": {d.code: {"target": 4.0, "by": "2028-01-01"} for d in catalogue.dimensions},
    }
    said = [(0, own | dict(demo_items.facts(ENTERPRISE, 0, decisions, today)))]
    said += [(n, dict(demo_items.facts(SITE, n, decisions, today))) for n in range(1, sites + 1)]
    return [(number, code, json.dumps(data)) for number, items in said for code, data in items.items()]


def fill(values: dict) -> None:
    """The rows, as the owner and without the audit triggers: their rows are not read here."""
    lists = given(values["content"], values["sites"])
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with owner, owner.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organisation', %s, false)", [str(values["org"])])
            for table in AUDITED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("CREATE TEMPORARY TABLE given (number int, code text, data jsonb) ON COMMIT DROP")
            execute_values(cursor, "INSERT INTO given VALUES %s", lists)
            cursor.execute(FILL, values)
        with owner, owner.cursor() as cursor:  # a table with foreign keys still to be checked cannot be altered
            for table in AUDITED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    finally:
        owner.close()
