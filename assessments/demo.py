"""Demo organisations: made-up companies whose answers follow a stated pattern, marked as demo everywhere."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from assessments import demo_items, demo_plans, publishing, selectors, workflow
from assessments.catalogue import ENTERPRISE, Questionnaire
from assessments.models import Cycle, Submission
from benchmarks.models import Dataset
from opmodel.organisations.models import Member, MemberSite, Organisation, Site, User
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import installation, tenant

PASSWORD = "opmodel-demo"  # noqa: S105 - printed by script/server, for the demo organisation only
REGIONS = {"Europe": "DE", "North America": "US", "Asia-Pacific": "CN"}
TOWNS = [
    "Altmark",
    "Brixen",
    "Celje",
    "Dover",
    "Easton",
    "Fairview",
    "Glendale",
    "Hudson",
    "Iwata",
    "Jinhua",
    "Kaohsiung",
    "Lanzhou",
]
NAMES = {
    "csco": "Demo CSCO",
    "analyst": "Demo analyst",
    "admin": "Demo administrator",
    "colleague1": "Demo colleague",
    "colleague2": "Second demo colleague",
}
ITEMS = ("cost", "agility", "resilience", "service", "growth", "sustainability")


@dataclass(frozen=True)
class Story:
    """One demo company: how strong it is, how many plants, how much of the questionnaire it answered."""

    key: str
    name: str
    level: float
    sites: int
    answered: float = 1.0
    peers: bool = True
    shift: tuple[tuple[str, float], ...] = ()  # component -> levels above or below the company's level
    industry: str = "28"


NORDWERK = Story("nordwerk", "Nordwerk Demo", 2.9, 12, shift=(("VST", -0.8), ("RES", 0.25), ("GOV", -0.2)))
CONTRASTS = (
    Story("leader", "Leader Demo", 4.4, 6),
    Story("laggard", "Laggard Demo", 1.5, 1),
    Story("half", "Half-answered Demo", 2.8, 4, answered=0.5),
    Story("alone", "No-peers Demo", 3.0, 4, peers=False),
)


def email_of(story: Story, who: str) -> str:
    return f"{who}@{story.key}.example"


def sign_ins(story: Story = NORDWERK) -> list[tuple[str, str]]:
    """(email, what this person does) of a demo organisation."""
    return [
        (email_of(story, "csco"), "CSCO"),
        (email_of(story, "plant1"), f"plant manager of {TOWNS[0]}"),
        (email_of(story, "analyst"), "analyst"),
        (email_of(story, "admin"), "administrator"),
        (email_of(story, "colleague1"), "colleague, who answers what others give them"),
    ]


def load(story: Story, today: date) -> Organisation | None:
    """Create one demo organisation with its cycles; None when it exists already."""
    if User.objects.filter(email=email_of(story, "csco")).exists():
        return None
    with transaction.atomic():
        with installation():
            org = Organisation.objects.create(
                name=story.name,
                is_demo=True,
                time_zone="Europe/Berlin",
                currency="EUR",
                legal_group=story.name,
            )
        with tenant(org.pk):
            sites = _sites(org, story)
            members = _members(org, story, sites)
        years = (
            [(today.year - 2, True), (today.year - 1, True), (today.year, False)]
            if story is NORDWERK
            else [(today.year, True)]
        )
        for place, (year, finished) in enumerate(years):
            with tenant(org.pk, user_id=members["csco"].user_id):
                cycle = _cycle(story, members, sites, year, finished, place, today)
                if finished and story is NORDWERK:
                    demo_plans.load(cycle, members, sites, today, newest=place == 1)
    return org


def _sites(org: Organisation, story: Story) -> list[Site]:
    regions = list(REGIONS)
    return [
        Site.objects.create(
            organisation=org,
            name=TOWNS[i],
            region=regions[i * len(regions) // max(story.sites, 3)],
            country=REGIONS[regions[i * len(regions) // max(story.sites, 3)]],
        )
        for i in range(story.sites)
    ]


def _members(org: Organisation, story: Story, sites: list[Site]) -> dict[str, Member]:
    people = [("csco", Role.CSCO, []), ("analyst", Role.ANALYST, []), ("admin", Role.ADMINISTRATOR, [])]
    people += [("colleague1", Role.CONTRIBUTOR, []), ("colleague2", Role.CONTRIBUTOR, [])]
    people += [(f"plant{i}", Role.PLANT_MANAGER, [site]) for i, site in enumerate(sites, 1)]
    members = {}
    for who, role, own in people:
        name = f"{own[0].name} plant manager" if own else NAMES[who]
        user = User.objects.create_user(
            email_of(story, who),
            PASSWORD if role is not Role.PLANT_MANAGER or who == "plant1" else None,
            name=name,
        )
        if who != "plant1" and role is Role.PLANT_MANAGER:
            user.password = members["plant1"].user.password  # one costly hash for all demo plant managers
            user.save(update_fields=["password"])
        members[who] = Member.objects.create(organisation=org, user=user, role=role.value)
        MemberSite.objects.bulk_create(MemberSite(organisation=org, member=members[who], site=s) for s in own)
    return members


def _cycle(
    story: Story,
    members: dict[str, Member],
    sites: list[Site],
    year: int,
    finished: bool,
    place: int,
    today: date,
) -> Cycle:
    dataset = Dataset.objects.filter(release__state="published").order_by("pk").first() if story.peers else None
    cycle = workflow.open_cycle(
        by=members["csco"],
        name=f"Assessment {year}",
        opens_on=date(year, 1, 15),
        sites=sites,
        dataset=dataset,
        closes_on=today + timedelta(days=45),
    )
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    rng = np.random.default_rng([20260101, place, sum(map(ord, story.key))])
    company = {
        d.code: story.level + dict(story.shift).get(d.component, 0.0) + 0.18 * place + rng.normal(0, 0.45)
        for d in catalogue.dimensions
    }
    place_of = {site.pk: number for number, site in enumerate(sites, 1)}
    for submission in selectors.board(cycle):
        number = place_of.get(submission.site_id, 0)
        share = story.answered if finished else [0.55, 1, 1, 1, 1, 1, 0.6, 0.6, 0.3, 0.1, 0, 0, 0][number]
        by = members["csco"] if submission.site is None else members[f"plant{number}"]
        tilt = 0.0 if submission.site is None else rng.normal(-0.25, 0.45)
        entries = _entries(catalogue, submission, company, tilt, share, number, story, rng, today)
        if entries:
            workflow.save_many(by=by, submission=submission, entries=entries)
        if (finished and share > 0) or share == 1:
            workflow.submit(by=by, submission=submission)
    if finished:
        workflow.close_cycle(by=members["csco"], cycle=cycle)
        Cycle.objects.filter(pk=cycle.pk).update(closes_on=min(date(year, 3, 31), today))
    return cycle


def _entries(
    catalogue: Questionnaire,
    submission: Submission,
    company: dict[str, float],
    tilt: float,
    share: float,
    number: int,
    story: Story,
    rng: Any,
    today: date,
) -> list[dict[str, Any]]:
    """Answers of one submission in questionnaire order; `share` is how far the person came."""
    questions = catalogue.questions_of(submission.view)
    entries: list[dict[str, Any]] = []
    for q in questions[: round(len(questions) * share)]:
        draw = rng.random()
        if draw < 0.015 and story.answered == 1.0:
            entries.append({"code": q.code, "status": "na", "reason": "We have no such process."})
        elif draw < 0.035:
            entries.append({"code": q.code, "status": "dk"})
        else:
            level = int(np.clip(np.rint(company[q.dimension] + tilt + rng.normal(0, 0.5)), 1, 5))
            entries.append({"code": q.code, "status": "level", "level": level})
    if share <= 0:
        return entries
    row_ids = tuple(catalogue.item_by_code["S-N4"].spec["row_ids"])
    facts = demo_items.facts(submission.view, number, row_ids, today)
    entries += [{"code": code, "status": "data", "data": data} for code, data in facts.items()]
    if submission.view == ENTERPRISE:
        entries.append({"code": "E-N1", "status": "data", "data": _profile(story)})
        entries.append(
            {"code": "E-N2", "status": "data", "data": dict(zip(ITEMS, (30, 20, 20, 15, 10, 5), strict=True))}
        )
        targets = {
            d.code: {
                "target": float(np.clip(np.floor(company[d.code] * 2 + 2) / 2, 1.5, 5.0)),
                "by": (today + timedelta(days=540)).isoformat(),
            }
            for d in catalogue.dimensions
        }
        entries.append({"code": "E-N6", "status": "data", "data": targets})
    else:
        profile = _site_profile(submission, value_share(number, story.sites), number)
        entries.append({"code": "S-N1", "status": "data", "data": profile})
        labour = 14 + (number * 3) % 9
        costs = (60 - labour, labour, 9, 5, 6, 4, 5, 4, 7)
        names = (
            "materials",
            "direct_labour",
            "overhead",
            "maintenance",
            "energy_utilities",
            "quality",
            "logistics",
            "inventory",
            "depreciation",
        )
        entries.append({"code": "S-N2", "status": "data", "data": dict(zip(names, costs, strict=True))})
    return entries


def _profile(story: Story) -> dict[str, Any]:
    return {
        "industry": story.industry,
        "process_type": "discrete",
        "revenue_band": "1-5B",
        "employees_band": "5000-19999",
        "hq_region": "Europe",
        "sites_count": story.sites,
        "contract_manufacturing_share_pct": 12.5,
        "respondent_role": "CSCO",
    }


def value_share(number: int, sites: int) -> float:
    """The share of production value of a site in percent, some half as large as others; together never above 100.

    >>> value_share(1, 2), value_share(2, 2)
    (43.4, 56.5)
    """
    parts = [14 + 3 * (7 * n % 5) for n in range(1, sites + 1)]
    return 1000 * parts[number - 1] // sum(parts) / 10


def _site_profile(submission: Submission, weight: float, number: int) -> dict[str, Any]:
    return {
        "country": submission.site.country if submission.site else "DE",
        "opened_year": 1962 + number * 4,
        "role": ["lead/innovation", "market server", "contributor", "low-cost source"][number % 4],
        "process_type": "discrete",
        "headcount_direct": 220 + number * 37,
        "headcount_indirect": 60 + number * 9,
        "production_value_share_pct": weight,
        "margin_criticality": 1 + (number * 2) % 5,
        "growth_criticality": 1 + (number * 3) % 5,
        "single_source_products_pct": float((number * 11) % 60),
        "union_or_works_council": number % 3 != 0,
    }
