"""Whatever is stored and whatever is filled in: after download, filling, upload and apply the database holds just that."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import publishing, workflow
from assessments.models import Answer
from opmodel.files.models import StoredFile
from tests.assessments.workbook.filling import download, upload

pytestmark = pytest.mark.django_db

# What the database may hold, down to control characters; and what people can type into a cell.
STORED_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
TYPED = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]),
        st.sampled_from("=+-@\n\t<>&'\"_x0041"),
    ),
    max_size=40,
).map(str.strip)
WORDS = {
    "na": ("N/A", "n/a", " Not applicable ", "Nicht zutreffend"),
    "dk": ("Don't know", "DON’T KNOW", "Weiß nicht", "?"),
}


@st.composite
def levels(draw, texts):
    """An answer to a scale question, and the three cells that say it."""
    status = draw(st.sampled_from(["level", "level", "na", "dk", "open"]))
    level = draw(st.integers(1, 5)) if status == "level" else None
    reason = draw(texts.filter(str.strip)).strip() if status == "na" else ""
    comment = draw(st.one_of(st.just(""), texts)).strip()
    if status == "level":
        said = draw(st.sampled_from([level, float(level), str(level), f" {level} "]))
    else:
        said = draw(st.sampled_from(WORDS[status])) if status in WORDS else None
    return {"status": status, "level": level, "data": None, "reason": reason, "comment": comment}, (
        said,
        reason,
        comment,
    )


def data(value):
    return {
        "status": "data" if value is not None else "open",
        "level": None,
        "data": value,
        "reason": "",
        "comment": "",
    }


def filled(fields, least=1):
    """Some of the fields, at least as many."""
    return st.fixed_dictionaries({}, optional=fields).filter(lambda d: len(d) >= least)


DAYS = st.dates(date(1990, 1, 1), date(2025, 1, 1)).map(date.isoformat)
AMOUNTS = st.decimals(0, 10**9, places=2).map(lambda d: str(int(d)) if d == int(d) else str(d))
NAMES = TYPED.filter(bool)
SHARES = st.lists(st.integers(0, 100), min_size=5, max_size=5).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 100], strict=True)]
)
OBJECTIVES = ("cost", "agility", "resilience", "service", "growth", "sustainability")
SOON = (date.today() + timedelta(days=90)).isoformat()
ITEMS = {
    "enterprise": {
        "E-N1": filled({
            "industry": st.sampled_from(["10", "28", "33"]),
            "sites_count": st.integers(1, 2000),
            "contract_manufacturing_share_pct": st.integers(0, 1000).map(lambda n: n / 10),
            "hq_region": st.sampled_from(["Europe", "Middle East & Africa"]),
        }),
        "E-N2": SHARES.map(lambda points: dict(zip(OBJECTIVES, points, strict=True))),
        "E-N3a": st.sampled_from(["no redesign", "incremental adjustments"]).map(lambda c: {"choice": c}),
        "E-N6": st.dictionaries(
            st.sampled_from(["CAP1", "VST3", "GOV7"]),
            st.one_of(
                st.sampled_from([1.0, 3.5, 5.0]).map(lambda t: {"target": t}),
                st.sampled_from([1.0, 3.5, 5.0]).map(lambda t: {"target": t, "by": SOON}),
            ),
            min_size=1,
        ),
        "E-N7": st.lists(
            st.fixed_dictionaries({"item_family": NAMES}, optional={
                "current": st.sampled_from(["make", "buy", "both"]),
                "strategic_importance": st.integers(1, 5),
                "total_landed_cost_delta_pct": st.integers(-100, 500),
                "last_reviewed": DAYS,
            }), min_size=1, max_size=4,
        ).map(lambda rows: {"rows": rows}),
        "E-N9": st.dictionaries(
            st.sampled_from(["DR01", "DR07", "DR16"]),
            st.fixed_dictionaries(
                {"current_level": st.sampled_from(["team", "unclear", "network/region"])},
                optional={"ai_role_target": st.sampled_from(["none", "decides within limits"])},
            ), min_size=1,
        ),
        "E-N10": st.lists(
            st.fixed_dictionaries({"use_case": NAMES}, optional={
                "problem_statement": st.booleans(),
                "stage": st.sampled_from(["idea", "pilot"]),
                "sites": st.integers(0, 2000),
                "expected_benefit": AMOUNTS,
                "reinvested_pct": st.integers(0, 1000).map(lambda n: n / 10),
            }), min_size=1, max_size=3,
        ).map(lambda rows: {"rows": rows, "currency": "EUR"}),
    },
    "site": {
        "S-N1": filled({
            "country": st.sampled_from(["DE", "US", "CI"]),
            "opened_year": st.integers(1800, 2025),
            "margin_criticality": st.integers(1, 5),
            "union_or_works_council": st.booleans(),
        }),
        "S-N2": SHARES.map(lambda s: dict(zip(
            ("materials", "direct_labour", "overhead", "maintenance", "energy_utilities", "quality", "logistics",
             "inventory", "depreciation"),
            [float(n) for n in (*s, 0, 0, 0)], strict=True,
        ))),
        "S-N3": filled({
            "capacity_unit": NAMES,
            "nominal_capacity_units": st.floats(0, 1e9, allow_nan=False).map(lambda f: round(f, 6)),
            "oee_pct": st.integers(0, 1000).map(lambda n: n / 10),
        }).flatmap(lambda d: st.just(d) if "oee_pct" not in d else st.sampled_from([d, {**d, "estimated": ["oee_pct"]}])),
        "S-N6": st.permutations(["skills", "funding rules", "labour relations", "conflicting targets"]).map(
            lambda order: {name: rank for rank, name in enumerate(order[:3], 1)}
        ),
        "S-N7": st.lists(
            st.fixed_dictionaries({"supplier": NAMES}, optional={"severity": st.integers(1, 3), "decide_by": DAYS}),
            min_size=1, max_size=3,
        ).map(lambda rows: {"rows": rows}),
        "S-N8": NAMES.map(lambda text: {"text": text}),
    },
}  # fmt: skip
QUESTIONS = {"enterprise": ["E-CAP1-1", "E-CAP2-3", "E-GOV7-3"], "site": ["S-CAP1-1", "S-RES8-3", "S-GOV7-3"]}


def states(view, texts):
    """Answers to some of the questions and items: code -> (answer, cells)."""
    scales = {code: levels(texts) for code in QUESTIONS[view]}
    others = {code: st.one_of(st.none(), values).map(lambda v: (data(v), None)) for code, values in ITEMS[view].items()}
    return st.fixed_dictionaries({}, optional=scales | others)


def type_in(book, code, answer, cells, labels):
    """Fill the cells of one question as a person would: what is not answered is empty."""
    if cells is not None:
        book.answer(code, *(c if c != "" else None for c in cells))
        return
    value = answer["data"] or {}
    sheet = code if code in book.sheets else "facts"
    if sheet == "facts":
        for row_code, field in [row for row in book.rows["facts"] if row[0] == code]:
            mark = "Yes" if field in value.get("estimated", []) else None
            book.fact(row_code, field, labels(code, field, value.get(field)))
            if mark or book.cell("facts", (code, field), "estimate").value:
                book.set("facts", (code, field), "estimate", mark)
        return
    rows = dict(enumerate(value["rows"], 1)) if "rows" in value else value
    for row in [r for r in book.rows[sheet] if r is not None]:
        for field in [f for f in book.columns[sheet] if f != "caption" and not f.startswith("opmodel:")]:
            book.set(sheet, row, field, labels(code, field, rows.get(row, {}).get(field)))


def labeller(content):
    """A stored value -> what a person chooses in the list, or types."""

    def label(code, field, value):
        spec = content.item_by_code[code].spec
        columns = {f["key"]: f for f in [*spec.get("fields", []), *spec.get("columns", [])]}
        column = columns.get(field, {})
        if value is True or value is False:
            return "Yes" if value else "No"
        if "anchors" in column:
            return None if value is None else f"{value} · {column['anchors'][value - 1]}"
        names = {o["code"]: o["name"] for o in column.get("options", []) if isinstance(o, dict)}
        if value in names:
            return f"{value} {names[value]}" if column.get("codes") else names[value]
        if column.get("type") == "money" and value is not None:
            return float(value)
        if column.get("type") == "date" and value is not None:
            return date.fromisoformat(value)
        return value

    return label


def examples(count):
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=count, deadline=None, suppress_health_check=quiet)


@pytest.mark.parametrize("view", ["enterprise", "site"])
@examples(6)
@given(st.data())
def test_what_is_filled_in_is_what_is_stored(nordwerk, stored_files, view, draw):
    go_round(nordwerk, view, draw)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["enterprise", "site"])
@examples(60)
@given(st.data())
def test_what_is_filled_in_is_what_is_stored_at_length(nordwerk, stored_files, view, draw):
    go_round(nordwerk, view, draw)


def go_round(nordwerk, view, draw):
    world, submission = nordwerk, nordwerk.submissions[0 if view == "enterprise" else 1]
    role = "csco" if view == "enterprise" else "plant_manager"
    client, by = world.client(role), world.members[role]
    before, after = draw.draw(states(view, STORED_TEXT)), draw.draw(states(view, TYPED))
    with world.inside(role):
        Answer.objects.all().delete()
        StoredFile.objects.all().delete()
        for code, (answer, _cells) in before.items():
            workflow.save_answer(by=by, submission=submission, code=code, base_version=0, **answer)
    book = download(client, submission)
    label = labeller(publishing.catalogue(world.cycle.questionnaire_id, "en"))
    for code, (answer, cells) in after.items():
        type_in(book, code, answer, cells, label)
    reply = upload(client, submission, book.bytes())
    page = client.get(reply.url).content.decode()
    assert ">0</b> to mend" in page or "Nothing in this workbook differs" in page
    assert 'type="radio"' not in page
    emptied = dict(re.findall(r'name="(empty-[^"]+)" value="(\d+)"', page))
    client.post(reply.url + "apply/", emptied)
    expected = {code: answer for code, (answer, _cells) in (before | after).items()}
    names = ("status", "level", "data", "reason", "comment")
    with world.inside(role):
        found = {a.question.code: {n: getattr(a, n) for n in names} for a in Answer.objects.select_related("question")}
    for code, answer in expected.items():
        if code in after:  # typed: as a cell holds it
            answer = {**answer, "comment": answer["comment"].strip(), "reason": answer["reason"].strip()}
        stored = found.get(code, data(None))
        same_on_a_sheet = code in after and code in before and _on_sheet(before[code][0]) == _on_sheet(answer)
        assert stored == (before[code][0] if same_on_a_sheet else answer), code
    assert set(found) <= set(expected)


def _on_sheet(answer):
    """What a sheet shows of an answer: control characters look the same there."""
    return {
        name: re.sub(
            r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]",
            "\ufffd",
            value.replace("\r\n", "\n").replace("\r", "\n"),
        ).strip()
        if isinstance(value, str)
        else value
        for name, value in answer.items()
    }
