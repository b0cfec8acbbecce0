"""The house keeps its order: every module has a layer, GET never writes, hostile text stays text."""

import html
import pkgutil
import tomllib
from pathlib import Path

import pytest
from django.db import InternalError
from django.template import engines

import assessments
import benchmarks
import opmodel
from assessments.models import Answer, Cycle
from opmodel import serve
from opmodel.organisations.models import Site
from opmodel.organisations.tenancy import tenant
from tests.assessments.test_workflow import post

CANARY = "<script>alert(1)</script>{{7*7}}'\"=cmd|' /C calc'!A0"


def layers(root) -> list[list[str]]:
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [[name.strip() for name in layer.split("|")] for layer in contracts[0]["layers"]]


def test_every_module_has_a_layer(root):
    listed = {name for layer in layers(root) for name in layer}
    found = {f"opmodel.{m.name}" for m in pkgutil.iter_modules(opmodel.__path__)}
    found |= {p.__name__ for p in (assessments, benchmarks)}
    assert found == listed


def test_every_module_that_says_pure_is_held_to_it(root):
    """By the contract against Django, and by strict mypy."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    contract = next(c for c in settings["importlinter"]["contracts"] if c["type"] == "forbidden")
    assert "django" in contract["forbidden_modules"]
    assert settings["importlinter"]["include_external_packages"]
    says_pure = {
        file.relative_to(root).with_suffix("")
        for package in ("assessments", "benchmarks", "opmodel")
        for file in (root / package).rglob("*.py")
        if "PURE: " in file.read_text().split('"""')[1:2].__str__() and "gettext" not in file.read_text()
    }
    assert len(says_pure) >= 12
    modules = {Path(name.replace(".", "/")) for name in contract["source_modules"]}  # or the package they are in
    checked = {Path(name).with_suffix("") for name in settings["mypy"]["files"]}
    for held in (modules, checked):
        assert [module for module in says_pure if not held & {module, *module.parents}] == []


def test_every_python_file_belongs_to_a_package_of_the_house(root):
    """A folder without __init__.py would escape the layers."""
    for package in ("opmodel", "assessments", "benchmarks"):
        for file in (root / package).rglob("*.py"):
            assert (file.parent / "__init__.py").exists(), file


def test_no_task_is_ever_run_eagerly(root):
    word = "always" + "_eager"
    for file in (f for p in ("opmodel", "assessments", "benchmarks", "tests") for f in (root / p).rglob("*.py")):
        assert word not in file.read_text().lower(), file


@pytest.mark.django_db
def test_a_get_that_writes_is_an_error(nordwerk, monkeypatch):
    from assessments import selectors

    def writes(member):
        Site.objects.filter(organisation_id=member.organisation_id).update(region="moved")

    monkeypatch.setattr(selectors, "cycles", writes)
    with pytest.raises(InternalError, match="read-only transaction"):
        nordwerk.client().get("/cycles/")


@pytest.mark.django_db
def test_hostile_text_stays_text_on_every_page(nordwerk):
    with tenant(nordwerk.organisation.pk):
        Site.objects.filter(pk=nordwerk.sites[0].pk).update(name=CANARY)
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(name=CANARY[:80])
    client = nordwerk.client()
    assert post(client, nordwerk.enterprise, "E-CAP1-1", comment=CANARY).status_code == 200
    own = f"/submissions/{nordwerk.enterprise.public_id}/"
    shown = 0
    for path in ("/", "/cycles/", f"/cycles/{nordwerk.cycle.public_id}/", own + "dimensions/CAP1/", own + "review/"):
        body = client.get(path).content.decode()
        assert "<script>alert" not in body, path
        shown += html.escape("<script>alert(1)</script>{{7*7}}") in body
    assert shown >= 4  # it really was on those pages


@pytest.mark.django_db
def test_the_refusal_of_hostile_text_does_not_run_it_either(nordwerk):
    reply = post(nordwerk.client(), nordwerk.enterprise, "E-X%3Cscript%3E")
    assert reply.status_code == 400
    assert reply.headers["Content-Type"].startswith("application/json")
    with tenant(nordwerk.organisation.pk):
        assert Answer.objects.count() == 0


@pytest.mark.parametrize("text", ["{{ nothing }}", "{{ known.nothing }}", "{% if 1 %}{{ known.a.b }}{% endif %}"])
def test_an_undefined_template_variable_is_an_error(text):
    with pytest.raises(LookupError, match="undefined template variable"):
        engines["django"].from_string(text).render({"known": {"a": 1}})


def test_set_up_is_done_again_for_another_database(monkeypatch, tmp_path):
    """Its mark names code and database: one that was deleted, or another URL, is set up and not trusted."""
    monkeypatch.delenv("DATABASE_URL_FILE", raising=False)
    marks = set()
    for url in ("postgresql://a:1@/x", "postgresql://a:2@/x"):
        monkeypatch.setenv("DATABASE_URL", url)
        marks.add(serve.mark())
        assert url not in serve.mark()  # it holds a password
    (tmp_path / "url").write_text("postgresql://a:3@/x")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    marks.add(serve.mark())
    assert len(marks) == 3
    assert serve.mark() == serve.mark()


@pytest.mark.parametrize("port", ["x", "99999", "-1"])
def test_a_port_that_is_none_is_refused(port):
    assert serve.taken(port)
