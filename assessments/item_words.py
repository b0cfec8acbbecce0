"""The words of the other items: labels of their fields, and a whole sentence for each fault of `items`."""

from datetime import date
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext_lazy

from assessments.catalogue import Questionnaire
from assessments.items import Fault

LABELS = {
    "industry": gettext_lazy("Industry"),
    "process_type": gettext_lazy("Type of process"),
    "revenue_band": gettext_lazy("Revenue"),
    "employees_band": gettext_lazy("Employees"),
    "hq_region": gettext_lazy("Region of the legal seat"),
    "sites_count": gettext_lazy("Number of own plants"),
    "contract_manufacturing_share_pct": gettext_lazy("Share made by contract manufacturers"),
    "respondent_role": gettext_lazy("Your role"),
    "country": gettext_lazy("Country"),
    "opened_year": gettext_lazy("Year of opening"),
    "role": gettext_lazy("Main role of the site"),
    "headcount_direct": gettext_lazy("People in production"),
    "headcount_indirect": gettext_lazy("People outside production"),
    "production_value_share_pct": gettext_lazy("Share of the enterprise's production value"),
    "margin_criticality": gettext_lazy("How much does the margin depend on this site?"),
    "growth_criticality": gettext_lazy("How much does growth depend on this site?"),
    "single_source_products_pct": gettext_lazy("Share of products only this site can make"),
    "union_or_works_council": gettext_lazy("Is there a union or works council?"),
    "capacity_unit": gettext_lazy("Unit of output"),
    "nominal_capacity_units": gettext_lazy("Nominal capacity"),
    "demonstrated_capacity_units": gettext_lazy("Demonstrated capacity"),
    "utilisation_pct": gettext_lazy("Utilisation"),
    "bottleneck": gettext_lazy("Bottleneck"),
    "oee_pct": gettext_lazy("Overall equipment effectiveness of the bottleneck"),
    "automation_maturity": gettext_lazy("Automation of the site"),
    "connected_critical_assets_pct": gettext_lazy("Connected critical assets"),
    "electricity_mwh_year": gettext_lazy("Electricity used"),
    "other_energy_mwh_year": gettext_lazy("Other energy used"),
    "water_m3_year": gettext_lazy("Water used"),
    "utility_outage_hours_year": gettext_lazy("Hours lost for want of a utility"),
    "renewable_share_pct": gettext_lazy("Renewable share of electricity"),
}
SENTENCES = {
    "unsupported": gettext_lazy("This item cannot be answered yet."),
    "no_such_field": gettext_lazy("This item has no field “%(label)s”."),
    "whole": gettext_lazy("“%(label)s” needs a whole number."),
    "whole_from": gettext_lazy("“%(label)s” needs a whole number of %(low)s or more."),
    "whole_range": gettext_lazy("“%(label)s” needs a whole number from %(low)s to %(high)s."),
    "number": gettext_lazy("“%(label)s” needs a number."),
    "number_from": gettext_lazy("“%(label)s” needs a number of %(low)s or more."),
    "number_range": gettext_lazy("“%(label)s” needs a number from %(low)s to %(high)s."),
    "yes_or_no": gettext_lazy("“%(label)s” is answered with yes or no."),
    "text": gettext_lazy("“%(label)s” needs a text."),
    "choice": gettext_lazy("“%(label)s” does not offer “%(value)s”; choose from its list."),
    "nul": gettext_lazy("“%(label)s” holds a character that cannot be stored (NUL)."),
    "too_long": gettext_lazy("“%(label)s” holds at most %(longest)s characters."),
    "shares": gettext_lazy("The shares add up to %(total)s, expected %(expected)s with a tolerance of %(tolerance)s."),
    "points": gettext_lazy("The points add up to %(total)s, expected %(expected)s."),
    "empty": gettext_lazy("Fill in at least one field."),
    "target_shape": gettext_lazy("“%(label)s” needs a target and a date."),
    "target_level": gettext_lazy("The target of “%(label)s” lies from %(min)s to %(max)s in steps of %(step)s."),
    "target_day": gettext_lazy("The date of “%(label)s” lies from %(first)s to %(last)s, written like 2027-06-30."),
    "day_without_target": gettext_lazy("Choose a target level for “%(label)s”, or clear its date."),
    "no_target": gettext_lazy("Set a target for at least one dimension."),
}


def label_of(key: str, catalogue: Questionnaire) -> str:
    """What people call a field: an objective, a cost category, a dimension, or a field of a profile."""
    if key in LABELS:
        return str(LABELS[key])
    dimension = catalogue.dimension_by_code.get(key)
    return dimension.name if dimension else catalogue.objectives.get(key) or catalogue.cost_categories.get(key) or key


def sentence(fault: Fault, catalogue: Questionnaire) -> str:
    """The fault as a whole sentence that names its field by the label."""
    label = fault.field if fault.key == "no_such_field" else label_of(fault.field, catalogue)
    return str(SENTENCES[fault.key] % ({"label": label} | {key: shown(v) for key, v in fault.values.items()}))


def shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(localize(int(value) if isinstance(value, float) and value.is_integer() else value))
