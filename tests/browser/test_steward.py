"""The benchmark steward: a file with errors, its report, the good file, confirm, a release, published; axe finds nothing."""

import csv
import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests import build
from tests.browser.conftest import Installation, SignIn
from tests.browser.test_accessibility import violations

MAKE = """
from opmodel.organisations.models import User
person = User.objects.create_user({email!r}, {password!r})
User.objects.filter(pk=person.pk).update(installation_role="benchmark_steward")
"""


@pytest.fixture
def steward(installation: Installation) -> str:
    email = f"steward{secrets.token_hex(4)}@installation.example"
    installation.manage("shell", "--no-imports", "-c", MAKE.format(email=email, password=build.PASSWORD))
    return email


def give(page: Page, file, dataset: str) -> None:
    """Fill in the form and send it."""
    page.set_input_files("[name=file]", file)
    page.fill("[name=dataset_name]", dataset)
    page.get_by_label("Real companies").check()
    page.fill("[name=source]", "An institute")
    page.get_by_role("button", name="Upload and check").click()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_a_file_with_errors_to_a_published_release(sign_in: SignIn, steward, root, tmp_path, width, scheme):
    name = f"Peers {secrets.token_hex(4)}"
    page = sign_in(steward, viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect(page).to_have_url(re.compile("/benchmarks/$"))
    found = violations(page)
    page.get_by_role("link", name="Import a file").click()
    found += violations(page)

    text = (root / "fixtures" / "benchmarks" / "illustrative.csv").read_text().replace("illustrative-", f"{name} ")
    wrong = tmp_path / "peers.csv"
    wrong.write_text(text.replace(",Europe,", ",europe,", 1))
    give(page, wrong, name)
    expect(page.get_by_text("One error; nothing was imported.")).to_be_visible(timeout=30_000)
    found += violations(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the errors").click()
    with open(started.value.path(), encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[1][1:3] == ["region", "europe"]

    page.get_by_role("link", name="Upload the mended file").click()
    right = tmp_path / "mended.csv"
    right.write_text(text)
    give(page, right, name)
    expect(page.get_by_text("400 new")).to_be_visible(timeout=30_000)
    found += violations(page)
    page.get_by_role("button", name="Import these records").click()
    expect(page.get_by_text("400 records were read.")).to_be_visible(timeout=30_000)
    found += violations(page)

    page.get_by_role("link", name=f"← {name}").click()
    page.fill("[name=as_of]", "2026-06-30")
    page.get_by_role("button", name="Make a release").click()
    release = page.get_by_role("link", name=f"{name} 2026-06-30")
    expect(release).to_be_visible(timeout=60_000)
    found += violations(page)
    release.click()
    expect(page.get_by_role("heading", name="What the audit found")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1).get_by_text("published")).to_be_visible()
    found += violations(page)
    page.goto("/benchmarks/")
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == [], "\n".join(found)
