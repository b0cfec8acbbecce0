"""Targets taken over from a release of peers: what stands is replaced only if somebody says so."""

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
    *, by: Member, submission: Submission, mark: int, replace: bool, release: str, base_version: int
) -> Saved:
    """Set the targets that are missing to a mark of the peers (50, 75, 90), with `replace` also those that stand.

    `release` (public id) and `base_version` are what the preview showed. The saved answer says where the targets came
    from, and so does its audit entry. Raises Refused, also when a newer release came out; Conflict for newer targets.
    """
    locked, granted = lock(by, submission)
    if not can(by, Permission.VIEW_PEERS) or not granted.writes(peer_targets.ITEM):
        raise not_yours()
    catalogue = selectors.catalogue_of(locked)
    found = peer_targets.material(locked, catalogue, by.organisation.segments)
    if found is None or found.release.public_id != release:
        raise Refused(_("These peers are no longer the newest ones. Look at the preview again."), status=409)
    if mark not in found.marks:
        raise Refused(
            _("Choose the median, the upper quartile or the highest tenth, where it is published."), field="mark"
        )
    rows = peer_targets.offers(found, catalogue, mark, replace)
    done = [r for r in rows if r.outcome in (peer_targets.SET, peer_targets.REPLACED)]
    if not done:
        raise Refused(_("No target would change."), field="mark")
    values = {
        "mark": peer_targets.MARKS[mark],
        "release": found.release.name,
        "set": sum(r.outcome == peer_targets.SET for r in done),
        "replaced": sum(r.outcome == peer_targets.REPLACED for r in done),
    }
    said = _("Targets taken over: %(mark)s, release %(release)s. %(set)d set, %(replaced)d replaced.") % values
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
