"""The star schema: pages of few and of many rows, whole files against COPY of the same query, and their memory.

Pages: whole requests through all middleware, from the middle of FactScore, for an organisation with 10,000 rows and one with
a million. Files: the million rows through the view of the product, against `COPY (SELECT * FROM bi.fact_score) TO STDOUT` by
the same role. Statements: BEGIN and COMMIT counted.
"""

import os
import statistics
import sys
import time

import ground

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
FEW, MEASURES, RUNS, CYCLES = 10_000, 32, 9, 10
FILL = """
SELECT setseed(0.5);
INSERT INTO organisations_site (organisation_id, public_id, name, region, country, is_active)
SELECT %(org)s, 'p' || %(org)s || '-' || n, 'Plant ' || n, 'Region ' || n %% 7, 'DE', true FROM generate_series(1, %(sites)s) n;
INSERT INTO assessments_cycle (organisation_id, public_id, name, questionnaire_id, state, opens_on, closes_on, reminders,
       response_target_pct)
SELECT %(org)s, 'c' || %(org)s || '-' || n, 'Cycle ' || n, %(content)s, 'closed', '2026-01-01', '2026-03-31', false, 100
  FROM generate_series(1, %(cycles)s) n;
INSERT INTO assessments_submission (organisation_id, public_id, cycle_id, view, site_id, state, revision, submitted_at)
SELECT %(org)s, 's' || c.id || '-' || p.id, c.id, 'site', p.id, 'submitted', 1, now()
  FROM assessments_cycle c CROSS JOIN organisations_site p;
INSERT INTO assessments_result (organisation_id, public_id, submission_id, revision, method_version, content_version, segments,
       figures, input_hash)
SELECT %(org)s, 'r' || id, id, 1, '2026.1', '2026.2', '{}', '{}', 'x' FROM assessments_submission;
INSERT INTO assessments_score (organisation_id, result_id, measure, point, coverage, low, high, bottleneck,
       many_not_applicable, peer_tree, peer_path, position_text)
SELECT %(org)s, r.id, m.code, 1 + 4 * random(), 1 - random() / 5, 1 + random(), 4 + random(), '', false, '', '', ''
  FROM assessments_result r CROSS JOIN assessments_measure m;
"""


class Company:
    """An organisation with so many score rows, and a token that reads it."""

    def __init__(self, name: str, rows: int) -> None:
        from django.db import connection
        from django.test import Client

        from assessments.models import Questionnaire
        from opmodel.api.tokens import create_token
        from opmodel.organisations.models import Member, Organisation, User
        from opmodel.organisations.tenancy import installation, tenant

        with installation():
            self.organisation = Organisation.objects.create(name=name)
        user = User.objects.create(email=f"{name}@bench.example", name=name)
        org, sites = self.organisation.pk, rows // MEASURES // CYCLES
        with tenant(org, user_id=user.pk):
            member = Member.objects.create(organisation=self.organisation, user=user, role="analyst")
            values = {"org": org, "sites": sites, "cycles": CYCLES, "content": Questionnaire.objects.get().pk}
            with connection.cursor() as cursor:
                for statement in filter(str.strip, FILL.split(";")):
                    cursor.execute(statement, values)
            _token, text = create_token(by=member, name="bench")
        self.client, self.headers, self.user = Client(), {"Authorization": f"Bearer {text}"}, user

    def get(self, path: str):
        reply = self.client.get(path, headers=self.headers)
        assert reply.status_code == 200, reply.content
        return reply

    def middle(self) -> int:
        from django.db import connection

        from opmodel.organisations.tenancy import tenant

        with tenant(self.organisation.pk), connection.cursor() as cursor:
            cursor.execute("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM assessments_submission")
            return cursor.fetchone()[0] * 1000


def timed(work) -> float:
    """Milliseconds, median."""
    found = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


def statements(company: Company, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        company.get(path)
    return len(seen)


def pages(few: Company, many: Company) -> None:
    for name, path in (
        ("REST, 1,000 rows", "/api/v1/tables/FactScore/?limit=1000&after={middle}"),
        ("REST, 1,000 rows, flat", "/api/v1/tables/FactScoreFlat/?limit=1000&after={middle}"),
        ("OData, 5,000 rows", "/odata/v4/FactScore"),
        ("OData, 5,000 rows, flat", "/odata/v4/FactScoreFlat"),
        ("OData, second page", ""),
    ):
        found = []
        for company in (few, many):
            asked = path.format(middle=company.middle() if company is many else 0) if path else following(company)
            company.get(asked)
            found.append(timed(lambda c=company, a=asked: c.get(a)))
        said = statements(many, asked)
        print(f"{name:26} {found[0]:7.1f} ms {found[1]:7.1f} ms  ratio {found[1] / found[0]:.2f}  {said} statements")


def following(company: Company) -> str:
    return company.get("/odata/v4/FactScore").json()["@odata.nextLink"].removeprefix("http://testserver")


def files(company: Company) -> None:
    from django.db import connection

    from opmodel.organisations.tenancy import tenant

    def copy() -> None:
        with tenant(company.organisation.pk), connection.cursor() as cursor, open(os.devnull, "wb") as out:
            cursor.cursor.copy_expert("COPY (SELECT * FROM bi.fact_score) TO STDOUT WITH (FORMAT csv)", out)

    def read(form: str) -> int:
        return sum(len(part) for part in company.get(f"/api/v1/bulk/FactScore.{form}").streaming_content)

    before = ground.peak_mib()
    floor = min(seconds(copy) for _ in range(3))
    print(f"COPY                       {floor:7.1f} s")
    for form in ("csv", "parquet", "arrow", "ndjson"):
        took = min(seconds(lambda f=form: read(f)) for _ in range(2))
        print(
            f"{form:26} {took:7.1f} s  {took / floor:.2f} times COPY  peak {ground.peak_mib():.0f} MiB (before {before:.0f})"
        )


def seconds(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    with ground.ready():
        few, many = Company("few", FEW), Company("many", MANY)
        ground.run(os.environ["DATABASE_OWNER_URL"], "VACUUM ANALYZE")
        files(many)
        pages(few, many)
