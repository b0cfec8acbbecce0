"""The words of a list of people: a whole sentence for each fault and for each thing that will happen."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opmodel.organisations.people_list import Fault
from opmodel.organisations.people_plan import Note
from opmodel.organisations.permissions import role_name

COLUMNS = {
    "site": gettext_lazy("Site"),
    "region": gettext_lazy("Region"),
    "country": gettext_lazy("Country"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "role": gettext_lazy("Role"),
    "language": gettext_lazy("Language"),
}
FAULTS = {
    "empty": gettext_lazy("There is nothing in the list yet: paste it, or choose a file."),
    "too_many": gettext_lazy("The list has %(found)s rows; at most %(most)s go at once. Split it."),
    "quotes": gettext_lazy("A quotation mark is opened and not closed, or text follows one."),
    "unknown_column": gettext_lazy("There is no such column. The columns are: %(columns)s."),
    "column_twice": gettext_lazy("This column stands in the header twice."),
    "extra_cell": gettext_lazy("This cell has no column: the list has %(most)s."),
    "unprintable": gettext_lazy("There is an invisible character in it, shown here as a question mark. Type it anew."),
    "address_in_column": gettext_lazy("This looks like an email address, which belongs in the column Email."),
    "address_without_header": gettext_lazy(
        "This looks like an email address in the wrong column. Write a first row with the names of your columns, "
        "such as: Site; Name; Email."
    ),
    "too_long": gettext_lazy("This has %(found)s characters; at most %(most)s are kept."),
    "no_address": gettext_lazy("This is not an email address, such as name@company.com."),
    "unknown_country": gettext_lazy("This country is not known. Write its name in English or German, or its code: DE."),
    "unknown_language": gettext_lazy("This language is not spoken here. Write one of: %(known)s."),
    "unknown_role": gettext_lazy("There is no such role. Write one of: %(roles)s."),
    "role_not_yours": gettext_lazy("Your role does not invite these. Write one of: %(roles)s."),
    "no_email_for": gettext_lazy("The row has no email address, so nobody can be invited."),
    "no_site_for": gettext_lazy("The row has no site this could belong to."),
    "manager_without_site": gettext_lazy(
        "A plant manager needs a site. For another role, write it into the column Role."
    ),
    "site_for_others": gettext_lazy(
        "Only plant managers answer for a site. Leave the site empty here and give it a row of its own."
    ),
    "twice": gettext_lazy("Row %(row)s has the same site and address."),
    "site_twice": gettext_lazy("Row %(row)s has the same site."),
    "person_twice": gettext_lazy("Row %(row)s has the same address."),
    "site_contradicts": gettext_lazy("Row %(row)s says “%(before)s” about the same site."),
    "person_contradicts": gettext_lazy("Row %(row)s says “%(before)s” about the same address."),
    "site_inactive": gettext_lazy("This site is switched off. Ask your administrator."),
    "site_differs": gettext_lazy("The site exists with “%(before)s”, and a list does not change that. Leave it empty."),
    "refused": gettext_lazy("This address cannot be invited. Use another address of this person."),
    "member_other_role": gettext_lazy("This person is a member already, with the role %(role)s."),
    "invited_other_role": gettext_lazy(
        "This person is invited already, with the role %(role)s. Withdraw that invitation first."
    ),
}
NOTES = {
    "site_new": gettext_lazy("New site “%(site)s”."),
    "site_known": gettext_lazy("The site “%(site)s” exists."),
    "site_above": gettext_lazy("The same site as in row %(row)s."),
    "site_filled": gettext_lazy("The site “%(site)s” exists and gets its region or country."),
    "nobody": gettext_lazy("Nobody is invited."),
    "invite": gettext_lazy("Invitation to %(email)s (%(role)s)."),
    "invite_several": gettext_lazy("One invitation to %(email)s (%(role)s) for all of these: %(sites)s."),
    "same_invitation": gettext_lazy("In the same invitation as row %(row)s."),
    "again_further": gettext_lazy("Invited already: %(email)s gets a new invitation for all of these: %(sites)s."),
    "again_expired": gettext_lazy("The invitation has expired: %(email)s gets a new one."),
    "invited_has": gettext_lazy("%(email)s is invited already; nothing to do."),
    "member_gets": gettext_lazy("%(email)s is a member already and gets the site “%(site)s”."),
    "member_has": gettext_lazy("%(email)s is a member already; nothing to do."),
}


def sentence(fault: Fault) -> str:
    """What is wrong, and what was expected."""
    values: dict[str, Any] = dict(fault.values)
    if fault.column == "role" and "before" in values:
        values["before"] = role_name(values["before"])
    if "role" in values:
        values["role"] = role_name(values["role"])
    values["roles"] = ", ".join(role_name(role) for role in values.get("known", ()) if "role" in fault.key)
    values["known"] = ", ".join(values.get("known", ()))
    values["columns"] = listed(COLUMNS.values())
    return str(FAULTS[fault.key]) % values


def happening(note: Note) -> str:
    values: dict[str, Any] = dict(note.values)
    if "role" in values:
        values["role"] = role_name(values["role"])
    values["sites"] = listed(values.get("sites", ()))
    return str(NOTES[note.key]) % values


def shown(fault: Fault) -> dict[str, Any]:
    """A fault for a page: row, name of the column, the value as people would write it, the sentence."""
    value = role_name(fault.value) if fault.column == "role" and fault.key in ROLE_CODES else fault.value
    return {
        "row": fault.row,
        "column": COLUMNS.get(fault.column, ""),
        "value": value,
        "text": sentence(fault),
    }


# Faults whose value is a role's code and not what somebody typed.
ROLE_CODES = {"person_contradicts", "member_other_role", "invited_other_role"}


def listed(words: Iterable[Any]) -> str:
    return _(", ").join(str(word) for word in words)
