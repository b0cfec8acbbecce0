"""Real clients of others against the real interfaces."""

import warnings
from collections.abc import Iterator

import pytest

from opmodel.api.star import TABLES
from tests import build
from tests.opmodel.live import serving
from tests.opmodel.star_world import everything
from tests.opmodel.test_api import Api, token_of
from tests.opmodel.test_star import whole

pytestmark = pytest.mark.slow


@pytest.fixture
def company(committed) -> build.World:
    return everything(committed)


@pytest.fixture
def address(company, settings) -> Iterator[str]:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    with serving() as found:
        yield found


def test_odatapy_reads_the_service(company, address):
    from odatapy.client import ODataClient
    from odatapy.client.auth import BasicAuth
    from odatapy.client.transport import HttpxTransport

    text = token_of(company)
    client = ODataClient(f"{address}/odata/v4", HttpxTransport(auth=BasicAuth("x", text)))
    expected = whole(Api(text), "FactScore")
    found = client.get_entity_set(client.entity_set_uri("FactScore").filter("score ge 3").orderby("id"))
    assert [e.get_value("id") for e in found] == sorted(
        k for k, r in expected.items() if r["score"] and r["score"] >= 3
    )
    assert all(f'EntityType Name="{name}"' in client.get_metadata_document() for name in TABLES)


def test_python_odata_reads_the_service(company, address):
    import requests
    from odata import ODataService

    text = token_of(company)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {text}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        service = ODataService(f"{address}/odata/v4/", session=session, reflect_entities=True, quiet_progress=True)
        assert set(service.entities) == set(TABLES)
        score = service.entities["FactScore"]
        query = service.query(score).filter(score.measure == "CAP").order_by(score.id.asc())
        found = {row.id: row.score for row in query}
    expected = whole(Api(text), "FactScore")
    assert found == {k: r["score"] for k, r in expected.items() if r["measure"] == "CAP"}
    assert len(found) == 3


def test_no_request_of_the_document_breaks_anything(company, address, settings):
    """schemathesis: every operation, right and wrong parameters; no fault, and no status that is not documented."""
    import schemathesis
    from hypothesis import HealthCheck
    from hypothesis import settings as hypothesis_settings

    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    headers = {"Authorization": f"Bearer {token_of(company)}"}
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/schema/")
    checked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith("/api/v1/bulk/") and not operation.path.startswith("/api/v1/bulk/FactScore."):
            continue  # the other files differ in their columns only

        @hypothesis_settings(
            max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        def call(case):
            reply = case.call(headers=headers)
            assert reply.status_code < 500, (case.as_curl_command(), reply.text[:500])
            documented = set(case.operation.definition.raw["responses"])
            assert str(reply.status_code) in documented, (case.as_curl_command(), reply.status_code)

        from hypothesis import given

        given(case=operation.as_strategy())(call)()
        checked += 1
    assert checked > 25
