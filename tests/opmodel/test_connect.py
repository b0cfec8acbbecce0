"""The page that connects tools: every text to paste is run as it is printed, where its tool runs here."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import pytest
from django.test import Client

from opmodel.api.connecting import TOOLS
from opmodel.api.star import TABLES
from tests import build
from tests.opmodel.live import serving
from tests.opmodel.star_world import everything
from tests.opmodel.test_api import Api, token_of
from tests.opmodel.test_star import whole

RUN_HERE = ("pandas", "polars", "duckdb", "dlt", "curl")


@pytest.fixture
def company(committed) -> build.World:
    return everything(committed)


@pytest.fixture
def address(company, settings) -> Iterator[str]:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    with serving() as found:
        yield found


def printed(company: build.World, tool: str, address: str) -> str:
    """What the page prints for a browser that opened it at this address."""
    host = address.removeprefix("http://")
    page = company.client().get(f"/organisation/connect/?tool={tool}", headers={"Host": host})
    assert page.status_code == 200
    return html.unescape(re.search(r'id="snippet">(.*?)</code>', page.content.decode(), re.S)[1])


def run(folder: Path, text: str, token: str, shell: bool = False) -> str:
    """The output of a text in a folder of its own, with the token in the environment."""
    extensions = folder / "home" / ".duckdb" / "extensions"
    source = Path(duckdb_extension_httpfs.__file__).parent / "extensions"
    for file in source.rglob("*.duckdb_extension"):  # INSTALL finds it there and downloads nothing
        target = extensions / f"v{duckdb.__version__}" / platform() / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(file)
    environment = os.environ | {
        "OPMODEL_TOKEN": token,
        "HOME": str(folder / "home"),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
    }
    command = ["bash", "-c", text] if shell else [sys.executable, "-c", text]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def platform() -> str:
    return str(duckdb.sql("PRAGMA platform").fetchone()[0])


@pytest.mark.django_db
def test_the_page_shows_each_tool_with_the_addresses_of_this_installation(nordwerk):
    client = nordwerk.client("analyst")
    for key, tool in TOOLS.items():
        page = client.get(f"/organisation/connect/?tool={key}").content.decode()
        assert tool.name in page
        assert "{{" not in page
        text = html.unescape(re.search(r'id="snippet">(.*?)</code>', page, re.S)[1])
        assert "http://testserver/" in text or key in ("qlik", "superset", "metabase")
        if tool.file:
            file = client.get(f"/organisation/connect/{key}/")
            assert file.headers["Content-Disposition"] == f'attachment; filename="{tool.file}"'
            assert file.content.decode() == text
        else:
            assert client.get(f"/organisation/connect/{key}/").status_code == 404
    assert client.get("/organisation/connect/?tool=nothing").status_code == 404
    assert client.get("/organisation/connect/nothing/").status_code == 404


@pytest.mark.django_db
def test_the_notebook_is_one(nordwerk):
    made = json.loads(nordwerk.client().get("/organisation/connect/notebook/").content)
    assert (made["nbformat"], [c["cell_type"] for c in made["cells"]]) == (4, ["markdown", "code", "code"])
    assert "http://testserver/api/v1/bulk/FactScoreFlat.parquet" in "".join(made["cells"][1]["source"])


@pytest.mark.django_db
def test_the_dictionary_names_every_column(client):
    page = client.get("/api/v1/dictionary/").content.decode()
    for table in TABLES.values():
        assert f'id="{table.name}"' in page
        for column in table.columns:
            assert f"<code>{column.name}</code>" in page
            assert html.escape(column.meaning) in page


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["pandas", "polars", "duckdb"])
def test_a_script_runs_as_it_is_printed(tool, company, address, tmp_path):
    said = run(tmp_path, printed(company, tool, address), token_of(company))
    for word in ("Cycle 1", "enterprise", "CAP", "2.0"):
        assert word in said


@pytest.mark.slow
def test_the_cells_of_the_notebook_run(company, address, tmp_path):
    host = address.removeprefix("http://")
    made = json.loads(company.client().get("/organisation/connect/notebook/", headers={"Host": host}).content)
    text = "\n".join("".join(c["source"]) for c in made["cells"] if c["cell_type"] == "code")
    run(tmp_path, text, token_of(company))


@pytest.mark.slow
def test_curl_brings_the_file(company, address, tmp_path):
    run(tmp_path, printed(company, "curl", address), token_of(company), shell=True)
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert lines[0].startswith("id,organisation_id,organisation,cycle_id")
    assert len(lines) > 96


@pytest.mark.slow
def test_duckdb_reads_csv_json_and_parquet_over_http(company, address, tmp_path):
    token = token_of(company)
    text = f"""
import duckdb, os
d = duckdb.connect()
d.execute("INSTALL httpfs"); d.execute("LOAD httpfs")
d.execute(f"CREATE SECRET (TYPE http, BEARER_TOKEN '{{os.environ['OPMODEL_TOKEN']}}')")
base = "{address}/api/v1/bulk/FactScore"
sums = [d.sql(f"SELECT count(*), sum(score), count(DISTINCT id), max(updated_at)::timestamptz FROM {{r}}('{{base}}.{{f}}')").fetchone()
        for r, f in (("read_csv", "csv"), ("read_json", "ndjson"), ("read_parquet", "parquet"))]
print(sums[0] == sums[1] == sums[2], *sums[0][:3])
"""
    said = run(tmp_path, text, token).split()
    rows = whole(Api(token), "FactScore").values()
    assert said[:2] == ["True", str(len(rows))]
    assert float(said[2]) == pytest.approx(sum(r["score"] for r in rows if r["score"] is not None))


def loaded(folder: Path, name: str) -> dict:
    with duckdb.connect(str(folder / "opmodel.duckdb"), read_only=True) as database:
        table = {"DimSite": "dim_site", "FactScore": "fact_score", "FactPlanAction": "fact_plan_action"}[name]
        rows = database.execute(f"SELECT * FROM star.{table}")
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    assert len({r["id"] for r in found}) == len(found)
    return {r["id"]: r for r in found}


@pytest.mark.slow
def test_dlt_keeps_a_copy_while_others_commit_late_and_delete(company, address, tmp_path):
    """The script of the page, run again and again while transactions overlap; at the end not a row more or less."""
    from tests.opmodel.churn import Churn

    token = token_of(company)
    text = printed(company, "dlt", address)
    api = Api(token)
    with Churn(company) as churn:
        for _ in range(4):
            run(tmp_path, text, token)
    assert churn.commits > 20
    assert churn.deleted >= 1
    run(tmp_path, text, token)
    for name in ("DimSite", "FactScore", "FactPlanAction"):
        expected = whole(api, name)
        found = loaded(tmp_path, name)
        assert set(found) == set(expected), name
        for key, row in expected.items():
            for column in ("name", "site", "score", "measure", "effort_days", "status"):
                if column in row:
                    assert found[key].get(column) == row[column], (name, key, column)


def test_the_test_client_is_no_server():
    assert Client is not None
