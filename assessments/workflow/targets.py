"""Targets taken over from a release of peers: what stands is replaced only if somebody says so."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import peer_targets, selectors
from assessments.models import Submission
from assessments.workflow.answers import Saved, lock, not_yours, save_answer
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


@transaction.atomic
def take_over_targets(
    *, by: Member, submission: Submission, mark: int, replace: bool, release: str, base_version: int, peers: str = ""
) -> Saved:
    """Set the targets that are missing to a mark of the peers (50, 75, 90), with `replace` also those that stand.

    `release` (public id), `base_version` and `peers` (a chosen group) are what the preview showed. Targets that the cycle
    carries over and that stay are confirmed with it. The saved answer says where the targets came from, and so does its
    audit entry. Raises Refused, also when a newer release came out; Conflict for newer targets.
    """
    locked, granted = lock(by, submission)
    if not can(by, Permission.VIEW_PEERS) or not granted.writes(peer_targets.ITEM):
        raise not_yours()
    catalogue = selectors.catalogue_of(locked)
    found = peer_targets.material(locked, catalogue, by.organisation.segments, peers)
    if found is None or found.release.public_id != release:
        raise Refused(_("These peers are no longer the newest ones. Look at the preview again."), status=409)
    if mark not in found.marks:
        raise Refused(
            _("Choose the median, the upper quartile or the highest tenth, where it is published."), field="mark"
        )
    rows = peer_targets.offers(found, catalogue, mark, replace)
    if all(r.outcome not in (peer_targets.SET, peer_targets.REPLACED) for r in rows):
        raise Refused(_("No target would change."), field="mark")
    said = record(found, mark, rows)
    return save_answer(
        by=by,
        submission=locked,
        code=peer_targets.ITEM,
        status="data",
        base_version=base_version,
        data=peer_targets.merged(found, rows),
        comment=f"{found.comment}\n{said}".strip() if len(found.comment) + len(said) < 2000 else found.comment,
        origin="peers",
    )


def record(found: peer_targets.Material, mark: int, rows: Sequence[peer_targets.Offer]) -> str:
    """Where the targets came from, as it stands beside them."""
    values = {
        "mark": peer_targets.MARKS[mark],
        "release": found.release.name,
        "group": found.group,
        "set": sum(r.outcome == peer_targets.SET for r in rows),
        "replaced": sum(r.outcome == peer_targets.REPLACED for r in rows),
    }
    if found.group:
        said = _(
            "Targets taken over: %(mark)s among %(group)s, release %(release)s. %(set)d set, %(replaced)d replaced."
        )
    else:
        said = _("Targets taken over: %(mark)s, release %(release)s. %(set)d set, %(replaced)d replaced.")
    if not found.carried_from:
        return said % values
    return f"{said % values} " + _("Those that stood were carried over from %(cycle)s.") % {"cycle": found.carried_from}
