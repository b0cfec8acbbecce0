"""What the lists of a cycle say about value streams and resources: families, suppliers, pilots, capacity. PURE: no Django.

A respondent is (site name, "" for the enterprise; data by item code; the day its figures count to). Rules and units are
those of the items (`assessments.figures`); nothing here is a figure of its own but sums of theirs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from assessments import figures
from assessments.items.registers import SEVERE

Data = Mapping[str, Any]
Respondent = tuple[str, Mapping[str, Data], date]
STAGES = ("idea", "defined", "funded", "pilot", "scaled", "stopped")


@dataclass(frozen=True)
class Family:
    """One item family of the make-vs-buy register; ratings 1 to 5, None where it is not rated."""

    name: str
    current: str  # "make", "buy", "both", "" unknown
    importance: int | None
    capability: int | None  # own against the market: 1 far behind, 3 equal, 5 far ahead
    cost_delta: float | None  # own total landed cost above that of the market, percent
    supply_risk: int | None
    direction: str  # what is decided: "keep", "insource", ..., "" nothing
    review: bool  # the ratings ask for a review
    overdue: bool  # no review within two years

    @property
    def placed(self) -> bool:
        return self.importance is not None and self.capability is not None


def families(rows: Iterable[Data], day: date) -> list[Family]:
    """The families of a register, the most important first.

    >>> row = {"item_family": "Gears", "strategic_importance": 5, "internal_capability_vs_market": 2}
    >>> families([row], date(2026, 1, 1))[0].review
    True
    """
    found = [
        Family(
            row["item_family"], row.get("current") or "", row.get("strategic_importance"),
            row.get("internal_capability_vs_market"), row.get("total_landed_cost_delta_pct"), row.get("supply_risk"),
            row.get("direction") or "", bool(figures.proposed_direction(row)), figures.review_overdue(row, day),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda f: (-(f.importance or 0), f.name))


@dataclass(frozen=True)
class Exposure:
    """What one supplier puts at risk over all lists that name it: severity x value streams of the limits without a decision."""

    supplier: str
    points: int
    severity: int  # the worst of them
    sites: tuple[str, ...]  # whose lists name it, "" for the enterprise
    constraints: tuple[str, ...]
    no_alternative: bool  # of a severe limit
    decide_by: str  # the earliest ISO day, "" none


def exposures(respondents: Iterable[Respondent]) -> list[Exposure]:
    """Suppliers with open limits, the largest exposure first; the same name on several lists is one supplier.

    >>> rows = [{"supplier": "Castings", "severity": 4, "value_streams_affected": 3, "constraint": "capacity"}]
    >>> plant = ("Altmark", {"S-N7": {"rows": [{"supplier": "castings", "severity": 5}]}}, date.min)
    >>> (found,) = exposures([("", {"E-N8": {"rows": rows}}, date.min), plant])
    >>> found.points, found.severity, found.sites
    (17, 5, ('', 'Altmark'))
    """
    open_rows: dict[str, list[tuple[str, Data]]] = {}
    for site, data, _day in respondents:
        for code in ("E-N8", "S-N7"):
            for row in data.get(code, {}).get("rows", ()):
                if not row.get("decision") and row.get("severity"):
                    open_rows.setdefault(row["supplier"].strip().casefold(), []).append((site, row))
    found = [_exposure(rows) for rows in open_rows.values()]
    return sorted(found, key=lambda e: (-e.points, e.supplier))


def _exposure(rows: Sequence[tuple[str, Data]]) -> Exposure:
    severe = [row for _site, row in rows if row["severity"] >= SEVERE]
    return Exposure(
        supplier=rows[0][1]["supplier"],
        points=sum(row["severity"] * max(1, row.get("value_streams_affected") or 0) for _site, row in rows),
        severity=max(row["severity"] for _site, row in rows),
        sites=tuple(dict.fromkeys(site for site, _row in rows)),
        constraints=tuple(dict.fromkeys(row["constraint"] for _site, row in rows if row.get("constraint"))),
        no_alternative=any(figures.without_alternative(row) for row in severe),
        decide_by=min((row["decide_by"] for _site, row in rows if row.get("decide_by")), default=""),
    )


@dataclass(frozen=True)
class Funnel:
    """Use cases by stage, and how they fare; shares 0 to 1, None without a denominator, money in one currency."""

    counts: Mapping[str, int]  # stage -> use cases
    lists: int
    running: int  # pilots with a date
    stuck: int  # of them older than twelve months
    expected: Fraction  # of scaled use cases with both amounts, per year
    realised: Fraction
    currency: str  # "" when the lists use several: then the amounts are 0

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def conversion(self) -> float | None:
        """Scaled, of all that scaled, stopped or got stuck."""
        decided = self.counts["scaled"] + self.counts["stopped"] + self.stuck
        return self.counts["scaled"] / decided if decided else None

    @property
    def stuck_share(self) -> float | None:
        return self.stuck / self.running if self.running else None

    @property
    def realisation(self) -> float | None:
        return float(self.realised / self.expected) if self.expected else None


def funnel(respondents: Iterable[Respondent], code: str) -> Funnel | None:
    """All use cases on the lists of one item (E-N10 or S-N5) together; None without any.

    Each list counts to its own day. A use case on the lists of two plants is two use cases: each has its own stage.

    >>> rows = [{"stage": "scaled"}, {"stage": "pilot", "stage_since": "2024-01-01"}, {"stage": "stopped"}]
    >>> found = funnel([("", {"E-N10": {"rows": rows}}, date(2026, 1, 1))], "E-N10")
    >>> found.conversion == 1 / 3, found.stuck_share, found.realisation
    (True, 1.0, None)
    """
    lists = [(data[code], day) for _site, data, day in respondents if data.get(code, {}).get("rows")]
    if not lists:
        return None
    rows = [(row, day) for data, day in lists for row in data["rows"]]
    pilots = [(row, day) for row, day in rows if row.get("stage") == "pilot" and row.get("stage_since")]
    currencies = {data.get("currency", "") for data, _day in lists}
    pairs = list(_benefits(row for row, _day in rows)) if len(currencies) == 1 else []
    return Funnel(
        counts={stage: sum(row.get("stage") == stage for row, _day in rows) for stage in STAGES},
        lists=len(lists),
        running=len(pilots),
        stuck=sum(figures.stuck(row, day) for row, day in pilots),
        expected=sum((hoped for hoped, _got in pairs), Fraction(0)),
        realised=sum((got for _hoped, got in pairs), Fraction(0)),
        currency=currencies.pop() if len(currencies) == 1 else "",
    )


def _benefits(rows: Iterable[Data]) -> Iterator[tuple[Fraction, Fraction]]:
    """Expected and realised benefit of the scaled use cases that have both."""
    for row in rows:
        if row.get("stage") == "scaled" and row.get("realised_benefit") is not None:
            expected = Fraction(row.get("expected_benefit") or 0)
            if expected > 0:
                yield expected, Fraction(row["realised_benefit"])


@dataclass(frozen=True)
class Capacity:
    """Capacity and utilities of one plant as it states them; shares in percent."""

    site: str
    realism: float | None  # demonstrated of nominal capacity
    utilisation: float | None
    oee: float | None
    connected: float | None
    outage_hours: float | None
    renewable: float | None
    energy: float | None  # MWh per unit of output
    unit: str
    bottleneck: str


def capacities(respondents: Iterable[Respondent]) -> list[Capacity]:
    """The plants with a capacity profile (S-N3), the fullest first.

    >>> data = {"S-N3": {"demonstrated_capacity_units": 80, "nominal_capacity_units": 100, "utilisation_pct": 90.0}}
    >>> capacities([("Altmark", data, date.min)])[0].realism
    80.0
    """
    found = []
    for site, data, day in respondents:
        own = data.get("S-N3")
        if not own:
            continue
        share = figures.capacity_realism(own, day)
        found.append(
            Capacity(
                site=site,
                realism=None if share is None else 100 * share,
                utilisation=own.get("utilisation_pct"),
                oee=own.get("oee_pct"),
                connected=own.get("connected_critical_assets_pct"),
                outage_hours=own.get("utility_outage_hours_year"),
                renewable=own.get("renewable_share_pct"),
                energy=figures.energy_per_unit(own, day),
                unit=own.get("capacity_unit") or "",
                bottleneck=own.get("bottleneck") or "",
            )
        )
    return sorted(found, key=lambda c: (c.utilisation is None, -(c.utilisation or 0), c.site))
