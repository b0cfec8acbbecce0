"""Who may do what: roles are lists of permissions, `can` is the only question anybody asks."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from opmodel.organisations.models import Member


class Role(StrEnum):
    CSCO = "csco"
    PLANT_MANAGER = "plant_manager"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    CONTRIBUTOR = "contributor"  # a colleague who answers what was assigned, and sees nothing else


ROLE_NAMES = {
    Role.CSCO: gettext_lazy("CSCO"),
    Role.PLANT_MANAGER: gettext_lazy("Plant manager"),
    Role.ANALYST: gettext_lazy("Analyst"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator"),
    Role.CONTRIBUTOR: gettext_lazy("Colleague"),
}


def role_name(role: str) -> str:
    """What people call a role, in their language."""
    return str(ROLE_NAMES[Role(role)])


class InstallationRole(StrEnum):
    OPERATOR = "operator"
    BENCHMARK_STEWARD = "benchmark_steward"


class Permission(StrEnum):
    OPEN_CYCLE = "open_cycle"
    ANSWER_ENTERPRISE = "answer_enterprise"
    ANSWER_SITE = "answer_site"  # of the own sites only
    ANSWER_ON_BEHALF = "answer_on_behalf"  # of a site, after saying so
    REVIEW = "review"  # return or accept a submission
    INVITE = "invite"
    VIEW_CYCLE = "view_cycle"
    VIEW_RESULTS = "view_results"  # of the whole organisation
    VIEW_SITE_RESULTS = "view_site_results"  # of the own sites only
    VIEW_PEERS = "view_peers"
    CONTRIBUTE = "contribute"  # give the own scores to the peers, take them back
    PLAN = "plan"  # choose actions, give them owners and days
    OWN_ACTIONS = "own_actions"  # carry out the actions one owns: status, notes, what shows that it is done
    VIEW_PLAN = "view_plan"  # what it covers follows VIEW_RESULTS: all, or the network's and the own sites' actions
    JUDGE_RELEVANCE = "judge_relevance"  # say how far dimensions serve the objectives, other than the content
    USE_API = "use_api"
    MANAGE_ORGANISATION = "manage_organisation"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.CSCO: frozenset(
        {
            Permission.OPEN_CYCLE,
            Permission.ANSWER_ENTERPRISE,
            Permission.ANSWER_ON_BEHALF,
            Permission.REVIEW,
            Permission.INVITE,
            Permission.VIEW_CYCLE,
            Permission.VIEW_RESULTS,
            Permission.VIEW_PEERS,
            Permission.CONTRIBUTE,
            Permission.PLAN,
            Permission.OWN_ACTIONS,
            Permission.VIEW_PLAN,
            Permission.JUDGE_RELEVANCE,
            Permission.USE_API,
        }
    ),
    Role.PLANT_MANAGER: frozenset(
        {
            Permission.ANSWER_SITE,
            Permission.VIEW_SITE_RESULTS,
            Permission.OWN_ACTIONS,
            Permission.VIEW_PLAN,
        }
    ),
    Role.ANALYST: frozenset(
        {
            Permission.REVIEW,
            Permission.VIEW_CYCLE,
            Permission.VIEW_RESULTS,
            Permission.VIEW_PEERS,
            Permission.OWN_ACTIONS,
            Permission.VIEW_PLAN,
            Permission.USE_API,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_ORGANISATION, Permission.INVITE, Permission.VIEW_CYCLE}),
    Role.CONTRIBUTOR: frozenset(),
}
# Whom a role may take in: the CSCO the people of the assessment, who runs the organisation everybody.
MAY_INVITE: dict[Role, frozenset[Role]] = {
    Role.CSCO: frozenset({Role.PLANT_MANAGER, Role.ANALYST, Role.CONTRIBUTOR}),
    Role.ADMINISTRATOR: frozenset(Role),
}
SITE_BOUND = {Permission.ANSWER_SITE, Permission.VIEW_SITE_RESULTS}


def can(member: "Member | None", permission: Permission, subject: Any = None) -> bool:
    """Whether a member may, here: `subject` is the Site for permissions that hold for the own sites only."""
    if member is None or permission not in ROLES[Role(member.role)]:
        return False
    if permission in SITE_BOUND and subject is not None:
        return subject.pk in member.site_ids
    return True


def roles_with(permission: Permission) -> list[str]:
    """The roles that hold a permission, as they are stored."""
    return [role.value for role, held in ROLES.items() if permission in held]
