"""One gate: whatever a member can open shows the peers' figures that the gate gives this member, and no other.

Three releases are compared on every address of the product, in every role, and through the API: two that differ in
everything but the groups on the member's own paths must look the same to the last byte; the third differs in those, which
tells where peer figures are shown at all. There each number is held against the gate.
"""

import html
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from assessments import bulk, pipeline, publishing, selectors
from assessments.models import Cycle, Report, Result
from assessments.stamping import spaced
from benchmarks import selectors as peers
from benchmarks.models import CellStatistic, Dataset, Record, Release
from benchmarks.statistics import half_up
from opmodel.api.star import TABLES
from opmodel.jobs import queue
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation
from tests import build
from tests.dashboards.reports import reading
from tests.opmodel.test_api import Api, token_of
from tests.opmodel.test_matrix import MATRIX

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
VEHICLES = {"industry": "29", "region": "Europe", "size_band": "1000-4999", "process_type": "discrete"}
NOTHING = dict.fromkeys(VEHICLES, "")
ROOT = {("A", "all"), ("B", "all")}
OWN = ROOT | {("A", "all > Vehicles"), ("A", "all > Vehicles > 29"), ("B", "all > Europe")}
FOREIGN = {
    ("A", "all > Vehicles > 29 > North America"),
    ("A", "all > Vehicles > 30"),
    ("A", "all > Machinery and electronics"),
    ("A", "all > Machinery and electronics > 28"),
    ("B", "all > Asia-Pacific"),
    ("B", "all > Europe > <250"),
}
COMPANIES = {"a maker of vehicles": (VEHICLES, OWN), "without segments": (NOTHING, ROOT)}
ROLES = ("csco", "analyst", "plant_manager", "administrator", "contributor")
# Where peer figures may be seen at all, and by whom: CSCO and analyst. A new page with figures must be added here.
FIGURES = {
    "dashboard/",
    "dashboard/priorities/",
    "dashboard/projection/",
    "dashboard/trend/",
    "dashboard/peers/",
    "dashboard/peers/<str:measure>/",
    "dashboard/peers/releases/",
    "dashboard/explain/<pid:public_id>/<str:measure>/",
    "submissions/<pid:public_id>/targets/peers/",
}
EXPLAINED = ("score", "position", "gap", "priority", "projection", "change")
REPORTS = ("deck", "report", "workbook")
API = (
    "cycles/",
    "scores/",
    "gaps/",
    "actions/?reference=peers",
    "figures/",
    "facts/",
    *(f"explain/?measure=CAP1&reference=peers&what={what}" for what in EXPLAINED),
    "charts/",
    "charts/dimensions/",
    "charts/trend/",
    "charts/perception/",
    *(f"tables/{name}/?limit=1000" for name in TABLES),
    *(f"bulk/{name}.ndjson" for name in TABLES),
    *(f"/odata/v4/{name}" for name in TABLES),
)
# That the other files hold what NDJSON holds: tests/opmodel/test_star.py.
API_WITHOUT_DATA = {"", "schema/", "docs/", "dictionary/", "tables/"} | {
    f"bulk/{n}.{form}" for n in TABLES for form in ("csv", "arrow", "parquet")
}
WITH_PEERS = ("FactScore", "FactGap", "FactBenchmark", "FactScoreFlat")
API_WITH_FIGURES = {
    "scores/",
    "gaps/",
    "actions/?reference=peers",
    *(f"explain/?measure=CAP1&reference=peers&what={what}" for what in ("position", "gap", "priority")),
    "charts/dimensions/",
    "charts/trend/",
    *(path for path in API if any(f"/{name}" in path for name in WITH_PEERS)),
}


def quantiles(place: int, shift: float, fine: bool) -> dict[str, float]:
    """Every measure has quantiles of its own, all in whole tenths."""
    median = 2.2 + place % 12 / 10 + shift
    points = {25: -0.4, 50: 0.0, 75: 0.5} | ({10: -0.9, 90: 0.9} if fine else {})
    return {f"P{p}": round(median + d, 1) for p, d in sorted(points.items())}


def release(name: str, codes: list[str], own: set, inside: float, outside: float) -> Dataset:
    """A dataset with a published release and an earlier one: `inside` moves the figures of the own groups, `outside` all
    others."""
    known = Dataset.objects.create(name=f"peers {name}", measures=codes, source=f"source {name}", period="2025")
    Record.objects.create(
        dataset=known, record_key=name, industry="29", region="Europe", size_band="<250", process_type="discrete",
        submitted_on=date(2025, 6, 1), completion=1000, scores=[int(2000 + 1000 * outside)] * len(codes),
    )  # fmt: skip
    before = statistics_of(known, f"earlier release {name}", date(2025, 1, 1), own, inside - 0.1, outside)
    Release.objects.filter(pk=before.pk).update(state=Release.State.SUPERSEDED)
    statistics_of(known, f"release {name}", date(2026, 1, 1), own, inside, outside)
    draft = Release.objects.create(dataset=known, name=f"draft {name}", as_of=date(2027, 1, 1), method_version="1")
    CellStatistic.objects.create(
        release=draft, tree="A", path="all", depth=0, measure="OVERALL", n_band="1000+", mean=4.9,
        quantiles={"P25": 4.7, "P50": 4.8, "P75": 4.9},
    )  # fmt: skip
    return known


def statistics_of(known: Dataset, name: str, day: date, own: set, inside: float, outside: float) -> Release:
    """A published release with all cells; what the audit found of foreign ones differs with `outside`."""
    dropped = [{"tree": "A", "path": "all > Consumer goods", "why": f"cut {outside}"}] if outside else []
    made = Release.objects.create(
        dataset=known, name=name, as_of=day, method_version="1", report={"dropped": dropped}
    )  # fmt: skip
    cells = []
    for n, (tree, path) in enumerate(sorted(OWN | FOREIGN)):
        shift = inside if (tree, path) in own else outside
        band = ("10-19", "20-49", "50-99")[(n + (outside > 0) * ((tree, path) not in own)) % 3]
        for i, code in enumerate(known.measures):
            points = quantiles(i, n / 10 % 0.3 + shift, band != "10-19")
            cells.append(
                CellStatistic(
                    release=made,
                    tree=tree,
                    path=path,
                    depth=path.count(">"),
                    measure=code,
                    n_band=band,
                    mean=points["P50"],
                    quantiles=points,
                )
            )
    CellStatistic.objects.bulk_create(cells)
    made.state, made.published_at = Release.State.PUBLISHED, datetime(day.year, 1, 1, tzinfo=UTC)
    made.save()
    return made


@dataclass
class Seen:
    """All that can be opened, by role and address; the names of the release are taken out."""

    bodies: dict[tuple[str, str], str]

    def differing(self, other: "Seen") -> set[tuple[str, str]]:
        assert self.bodies.keys() == other.bodies.keys()
        return {key for key, body in self.bodies.items() if body != other.bodies[key]}


def without_names(text: str) -> str:
    return re.sub(r"\b(release|peers|source) (one|two|three)\b", r"\1", text)


def text_of(reply) -> str:
    data = b"".join(reply.streaming_content) if reply.streaming else reply.content
    if data[:2] == b"PK":  # a workbook: its sheets, without the moment of its making
        packed = zipfile.ZipFile(io.BytesIO(data))
        data = b"".join(packed.read(n) for n in sorted(packed.namelist()) if n.startswith("xl/"))
    said = without_names(data.decode("utf-8", "replace"))
    said = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said)
    said = re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "MOMENT", said)
    said = re.sub(r'"(id|peer_group_id)":\d+', r'"\1":KEY', said)  # groups have keys of their own in every release
    return re.sub(r"\b\d{1,2}:\d\d\b", "CLOCK", said)


def addresses(world: build.World) -> dict[str, list[str]]:
    """Every address of the product that is read, from the list of all there are."""
    ids = {"step": "open", "uidb36": "1", "key": "x-y", "token": "made-up", "upload": "2222222222222222", "rest": ""}
    found: dict[str, list[str]] = {}
    for url, row in MATRIX.items():
        if row[0] != "GET" or "logout" in url or url.startswith("accounts/"):
            continue
        for code, measure in (("E-CAP1-1", "OVERALL"), ("E-N6", "VST"), ("CAP1", "CAP1")):
            values = {**ids, "public_id": world.enterprise.public_id, "code": code, "measure": measure}
            if url.startswith("cycles/"):
                values["public_id"] = world.cycle.public_id
            path = "/" + re.sub(
                r"<(?:str|pid):(\w+)>|\(\?P<(\w+)>[^)]+\)", lambda m, v=values: v[m[1] or m[2]], url
            ).replace("/^", "/").rstrip("$")  # fmt: skip
            found.setdefault(url, [])
            if path not in found[url]:
                found[url].append(path)
    found["dashboard/peers/"] += ["/dashboard/peers/?sort=gap", "/dashboard/peers/?peers=B:all+%3E+Europe"]
    foreign = "?peers=B:all+%3E+Asia-Pacific"  # not the own path
    found["dashboard/peers/"].append(f"/dashboard/peers/{foreign}")
    found["dashboard/peers/releases/"].append(f"/dashboard/peers/releases/{foreign}")
    target = "submissions/<pid:public_id>/targets/peers/"
    found[target] += [f"{found[target][0]}?peers=B:all+%3E+Europe", f"{found[target][0]}{foreign}"]
    found["dashboard/priorities/"].append("/dashboard/priorities/?reference=peers")
    return found


def compare(world: build.World, known: Dataset) -> None:
    """The scores of the enterprise, compared with both releases of a dataset and with nothing else before."""

    def score() -> None:
        bulk.rescore(world.organisation.pk, method=pipeline.current_method(), segments=pipeline.segments())

    own = Result.objects.filter(submission=world.enterprise)
    with world.inside():
        Cycle.objects.filter(pk=world.cycle.pk).update(dataset=known)
        own.delete()  # else the newest result stays the one of another dataset, and every comparison is the same
    score()
    with world.inside():
        assert own.update(release=Release.objects.get(dataset=known, state=Release.State.SUPERSEDED)) == 1
    score()
    with world.inside():
        assert selectors.latest_result(world.enterprise).release == peers.latest_published(known)


def everything(world: build.World, known: Dataset, token: str) -> Seen:
    """Compare the cycle with a dataset, then open everything there is."""
    compare(world, known)
    bodies = {}
    for role in ROLES:
        client = world.client(role)
        for paths in addresses(world).values():
            for path in paths:
                bodies[role, path] = text_of(client.get(path))
    api = Api(token)
    for path in API:
        bodies["api", path] = text_of(api.get(path))
    return Seen(bodies)


@pytest.fixture(params=COMPANIES)
def company(request, nordwerk):
    segments, own = COMPANIES[request.param]
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(**segments)
    world = build.score_all(nordwerk, peers=False)
    with installation():  # the profile of the enterprise was not answered: the segments stay
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(**segments)
    return world, own, segments


def test_every_address_of_the_api_is_walked():
    known = {url.removeprefix("api/v1/") for url in MATRIX if url.startswith("api/v1/")}
    walked = {re.sub("^charts/.+", "charts/<slug:code>/", p.partition("?")[0]) for p in API if not p.startswith("/")}
    assert walked == known - API_WITHOUT_DATA


def test_nothing_but_the_gate_reaches_anybody(company):
    world, own, _segments = company
    codes = list(publishing.catalogue(world.cycle.questionnaire_id).measures)
    token = token_of(world)
    one = release("one", codes, own, inside=0.0, outside=0.0)
    two = release("two", codes, own, inside=0.0, outside=0.6)
    three = release("three", codes, own, inside=0.3, outside=0.0)
    everything(world, two, token)  # pages that say when somebody was here last say the same from now on
    first, second = everything(world, one, token), everything(world, two, token)
    assert first.differing(second) == set(), [
        line
        for key in first.differing(second)
        for line in set(first.bodies[key].split("\n")) ^ set(second.bodies[key].split("\n"))
    ]
    shown = first.differing(everything(world, three, token))
    routes = {path: url for url, paths in addresses(world).items() for path in paths}
    assert {routes[path] for role, path in shown if role != "api"} == FIGURES
    assert {role for role, _path in shown} == {"csco", "analyst", "api"}
    assert {path for role, path in shown if role == "api"} == API_WITH_FIGURES


def report_texts(world: build.World) -> dict[str, str]:
    """All that can be read in the reports of the enterprise, and in that of a plant; their ids and hashes are taken out."""
    client, found = world.client(), {}
    asked = {"language": "en", "preset": "strategic", "reference": "peers", "cycle": world.cycle.public_id}
    plant = {"kind": "site", "language": "en", "survey": world.submissions[1].public_id}
    for wanted in (*({**asked, "kind": kind} for kind in REPORTS), plant):
        url = client.post("/reports/", wanted).url
        queue.drain()
        data = b"".join(client.get(f"{url}file/").streaming_content)
        text = READ[wanted["kind"]](data)
        with world.inside():
            report = Report.objects.get(public_id=url.split("/")[2])
            result = selectors.latest_result(report.submission).public_id
        code = spaced(report.content_hash)
        for own in (report.content_hash, code, code[:19], report.public_id, result):
            text = text.replace(own, "ID")
        found[wanted["kind"]] = without_names(text)
    return found


def slides_read(data: bytes) -> str:
    """Titles, texts, notes, alternative texts, and the figures in the charts."""
    return "\n".join(
        "\n".join([s.title, s.text, s.notes, *s.said, *(repr(reading.series(c)) for c in s.charts)])
        for s in reading.slides(data)
    )


def pages_read(data: bytes) -> str:
    return "\n".join([*reading.pages(data), *reading.marks(data)["alternatives"]])


READ = {
    "deck": slides_read,
    "report": pages_read,
    "workbook": lambda data: repr(reading.sheets(data)),
    "site": pages_read,
}


def test_reports_hold_what_the_gate_gives(company, stored_files):
    """Deck, report and workbook tell nothing of foreign groups; the workbook's quartiles are those of the own cell."""
    world, own, segments = company
    codes = list(publishing.catalogue(world.cycle.questionnaire_id).measures)
    texts = []
    for name, inside, outside in (("one", 0.0, 0.0), ("two", 0.0, 0.6), ("three", 0.3, 0.0)):
        compare(world, release(name, codes, own, inside, outside))
        texts.append(report_texts(world))
    first, second, third = texts
    assert first == second
    assert {kind for kind in first if first[kind] != third[kind]} == set(REPORTS)
    path = "all > Vehicles > 29" if segments["industry"] else "all"
    stored = CellStatistic.objects.filter(release__name="release three", tree="A", path=path)
    cell = {c.measure: [c.quantiles[p] for p in ("P25", "P50", "P75")] for c in stored}
    url = world.client().post("/reports/", {
        "kind": "workbook", "language": "en", "preset": "strategic", "reference": "peers", "cycle": world.cycle.public_id,
    }).url  # fmt: skip
    book = reading.sheets(b"".join(world.client().get(f"{url}file/").streaming_content))
    head, *rows = next(sheet for name, sheet in book.items() if name == "Peers")
    columns = [head.index(title) for title in ("P25", "P50", "P75")]
    assert {row[0]: [row[c] for c in columns] for row in rows if row[0] in cell} == cell


def cells_of(page: str, table: str, row: str = "tr") -> list[list[str]]:
    """The texts of the cells of a table with this class, row by row."""
    found = page.split(f'<table class="{table}"')[1].split("</table>")[0]
    rows = re.findall(rf"<{row}[ >].*?</{row}>", found, flags=re.S)
    return [
        [
            html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", c)).strip()
            for c in re.findall(r"<t[hd][ >].*?</t[hd]>", r, re.S)
        ]
        for r in rows
    ]


def test_every_figure_on_the_pages_is_that_of_the_gate(company):
    """The finest published cell of tree A, by hand: Vehicles > 29, and all peers for whom nothing is known of."""
    world, own, segments = company
    catalogue = publishing.catalogue(world.cycle.questionnaire_id)
    known = release("one", list(catalogue.measures), own, inside=0.0, outside=0.6)
    compare(world, known)
    path = "all > Vehicles > 29" if segments["industry"] else "all"
    stored = CellStatistic.objects.filter(release__name="release one", tree="A", path=path)
    cell = {c.measure: {int(p[1:]): q for p, q in c.quantiles.items()} for c in stored}
    with world.inside():
        made = Release.objects.get(name="release one")
        gate = peers.peer_tables(peers.own_cells(made, segments, pipeline.segments()))
    assert {m: dict(t.quantiles) for m, t in gate.items()} == cell
    client = world.client("analyst")

    overview = cells_of(client.get("/dashboard/peers/").content.decode(), "dims standing")[1:]
    order = ["OVERALL", *(c.code for c in catalogue.components), *(d.code for d in catalogue.dimensions)]
    assert [row[3] for row in overview] == [f"{cell[m][50]:.1f}" for m in order]
    score = {c: float(v) for c, v in build.LEVELS.items()} | {"OVERALL": 3.5}
    for row, m in zip(overview, order, strict=True):
        apart = round(half_up(score[m if m == "OVERALL" else m[:3]]) - cell[m][50], 1)
        assert row[4] == ("0.0" if not apart else f"{'+' if apart > 0 else '−'}{abs(apart):.1f}")

    for m in order:
        page = client.get(f"/dashboard/peers/{m}/").content.decode()
        head, body = cells_of(page, "marks")
        assert dict(zip(head[:-1], body[:-1], strict=True)) == {f"P{p}": f"{q:.1f}" for p, q in cell[m].items()}
        drawn = re.findall(r'<tspan class="strong">P(\d+)</tspan> (\d\.\d)', page)
        assert {int(p): float(q) for p, q in drawn} == cell[m]
        told = client.get(f"/dashboard/explain/{world.enterprise.public_id}/{m}/").content.decode()
        assert re.search(r"lower quartile (\S+), median (\S+), upper quartile (\S+)\.", told).groups() == tuple(
            f"{cell[m][p]:.1f}" for p in (25, 50, 75)
        )

    before = CellStatistic.objects.filter(release__name="earlier release one", tree="A", path=path)
    was = {c.measure: c.quantiles["P50"] for c in before}
    beside = cells_of(client.get("/dashboard/peers/releases/").content.decode(), "stack")[1:]
    assert [row[3] for row in beside] == [f"{was[m]:.1f} → {cell[m][50]:.1f}" for m in order]

    for mark in (50, 75):
        address = f"/submissions/{world.enterprise.public_id}/targets/peers/?mark={mark}"
        offered = cells_of(client.get(address).content.decode(), "stack")[1:]
        assert [row[1] for row in offered] == [f"{cell[d.code][mark]:.1f}" for d in catalogue.dimensions]

    api = Api(token_of(world))
    for row in api.rows("scores/?limit=500"):
        figures = (row["peer_p25"], row["peer_median"], row["peer_p75"])
        expected = cell[row["measure"]] if row["view"] == "enterprise" else {}
        assert figures == tuple(expected.get(p) for p in (25, 50, 75)), row["measure"]
    for row in api.rows("gaps/"):
        assert (row["peer_median"], row["peer_p75"]) == (cell[row["dimension"]][50], cell[row["dimension"]][75])


def test_a_release_that_was_taken_back_shows_nothing(company):
    world, own, _segments = company
    known = release("one", list(publishing.catalogue(world.cycle.questionnaire_id).measures), own, 0.0, 0.0)
    compare(world, known)
    client = world.client()
    assert "Compared with" in client.get("/dashboard/peers/").content.decode()
    Release.objects.filter(name="release one").update(state=Release.State.WITHDRAWN)
    body = client.get("/dashboard/peers/").content.decode()
    assert "These peers were taken back" in body
    assert "Compared with" not in body
    assert "These peers were taken back" in client.get("/dashboard/peers/CAP1/").content.decode()
    assert {r["peer_median"] for r in Api(token_of(world)).rows("scores/?limit=500")} == {None}
