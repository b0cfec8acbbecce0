"""Fast by construction: no page asks more of the database for 300 sites than for 3."""

from datetime import date

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from assessments import bulk, pipeline
from assessments.models import PlannedAction
from benchmarks.models import CellStatistic, Release
from opmodel.keys import new_public_id
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation
from tests import build
from tests.assessments.plan_world import choose

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Statements of a whole page, sign-in, tenant context and BEGIN / COMMIT (here a savepoint) included.
PINNED = {
    "csco": {
        "/": 11,
        "/cycles/": 8,
        "/cycles/new/": 15,
        "/cycles/{cycle}/": 14,
        "/cycles/{cycle}/manage/": 10,
        "/cycles/{cycle}/contribute/": 14,
        "/submissions/{enterprise}/dimensions/CAP1/": 12,
        "/submissions/{enterprise}/evidence/": 10,
        "/submissions/{enterprise}/review/": 13,
        "/submissions/{enterprise}/delegate/": 10,
        "/submissions/{enterprise}/history/E-CAP1-1/": 9,
        "/submissions/{enterprise}/inspect/": 13,
        "/submissions/{site}/inspect/": 13,
        "/submissions/{site}/stand-in/": 11,
        "/organisation/people/": 10,
        "/organisation/people/import/": 6,
        "/submissions/{enterprise}/status/": 8,
        "/dashboard/": 12,
        "/dashboard/trend/": 11,
        "/dashboard/published/": 10,
        "/dashboard/priorities/": 14,
        "/dashboard/perception/": 13,
        "/dashboard/peers/": 11,
        "/dashboard/peers/CAP1/": 11,
        "/dashboard/peers/OVERALL/": 11,
        "/dashboard/peers/releases/": 11,
        "/dashboard/sites/compare/": 9,
        "/dashboard/sites/compare/CAP1/": 9,
        "/dashboard/method/": 10,
        "/submissions/{enterprise}/targets/peers/": 10,
        "/dashboard/facts/": 12,
        "/dashboard/explain/{enterprise}/CAP2/": 13,
        "/dashboard/explain/{enterprise}/OVERALL/": 13,
        "/dashboard/explain/{site}/CAP/": 12,
        "/dashboard/streams/": 12,
        "/dashboard/projection/": 12,
        "/dashboard/projection/cheapest/": 10,
        "/dashboard/alignment/": 12,
        "/dashboard/sites/": 10,
        "/dashboard/sites/?group=none&sort=-CAP1&page=1": 10,
        "/dashboard/sites/map/": 11,
        "/dashboard/sites/best/": 10,
        "/dashboard/sites/beside/?site={site}&site={other}": 10,
        "/dashboard/sites/{site}/": 12,  # one more where the plant has an earlier cycle
        "/dashboard/sites/{site}/CAP2/?beside={other}": 9,
        "/dashboard/figures/site-heat-map.csv": 9,
        "/plan/": 9,
        "/plan/board/": 9,
        "/plan/roadmap/": 10,
        "/plan/progress/": 10,
        "/plan/actions/{action}/": 14,
        "/reports/": 11,
    },
    "plant_manager": {
        "/": 13,
        "/plan/": 9,
        "/dashboard/sites/": 12,
        "/dashboard/sites/{site}/": 13,
        "/submissions/{site}/review/": 13,
    },
    "administrator": {"/": 7, "/cycles/{cycle}/": 13},
    "contributor": {"/": 7},
}


# The same once the answers were compared with two releases, and for a group that the reader chose.
TWO_RELEASES = {
    "csco": {
        "/dashboard/peers/": 11,
        "/dashboard/peers/CAP1/": 11,
        "/dashboard/peers/releases/": 12,
        "/dashboard/peers/releases/?peers=B:all": 12,
    }
}


def planned(world: build.World) -> str:
    """A plan with an action for the network and one for every site; the public id of the network's."""
    with world.inside():
        known = PlannedAction.objects.filter(site=None).first()
    if known is not None:
        return str(known.public_id)
    (row,) = choose(world, "A01").made
    network = str(row.public_id)
    with world.inside():
        for site in world.sites:
            row.pk, row.public_id, row.site, row.owner = None, new_public_id(), site, world.members["plant_manager"]
            row.save()
    return network


def counts(world: build.World, pinned: dict[str, dict[str, int]] = PINNED) -> dict[str, dict[str, int]]:
    names = {
        "cycle": world.cycle.public_id,
        "enterprise": world.enterprise.public_id,
        "site": world.submissions[1].public_id,
        "other": world.submissions[2].public_id,
        "action": planned(world),
    }
    found: dict[str, dict[str, int]] = {}
    for role, pages in pinned.items():
        client = world.client(role)
        found[role] = {}
        for page in pages:
            path = page.format(**names)
            client.get(path)  # fills the caches of the content
            with CaptureQueriesContext(connection) as seen:
                reply = client.get(path)
            assert reply.status_code == 200, path
            # Only a savepoint hands its settings back by a statement; a commit drops them by itself.
            found[role][page] = sum(not q["sql"].startswith("SELECT set_config(") for q in seen)
    return found


def next_release() -> None:
    """The peers of all worlds have a second release, and everybody's scores are brought up to date."""
    first = Release.objects.get(name="R1")
    made = Release.objects.create(dataset=first.dataset, name="R2", as_of=date(2027, 1, 1), method_version="1")
    cells = CellStatistic.objects.filter(release=first).values("tree", "path", "depth", "measure", "n_band", "mean")
    CellStatistic.objects.bulk_create(CellStatistic(**c, release=made, quantiles=build.PEERS) for c in list(cells))
    Release.objects.filter(pk=first.pk).update(state=Release.State.SUPERSEDED)
    Release.objects.filter(pk=made.pk).update(state=Release.State.PUBLISHED, published_at=Now())
    with installation():
        organisations = list(Organisation.objects.values_list("pk", flat=True))
    for pk in organisations:
        bulk.rescore(pk, method=pipeline.current_method(), segments=pipeline.segments())


def test_no_page_asks_more_for_300_sites_than_for_3():
    few, many = (build.score_all(build.world(name, sites=n)) for name, n in (("Few", 3), ("Many", 300)))
    build.take_stock()
    assert counts(many) == counts(few) == PINNED
    next_release()
    assert counts(many, TWO_RELEASES) == counts(few, TWO_RELEASES) == TWO_RELEASES
