"""The words of the other items: labels of their fields, and a whole sentence for each fault of `items`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.catalogue import Item, Questionnaire
from assessments.items import Fault
from assessments.items.choices import labels_of
from assessments.items.matrices import row_names
from benchmarks.selectors import size_of

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
    "choice": gettext_lazy("Your answer"),
    "text": gettext_lazy("Your answer"),
    "item_family": gettext_lazy("Item family"),
    "current": gettext_lazy("Today"),
    "strategic_importance": gettext_lazy("Strategic importance"),
    "internal_capability_vs_market": gettext_lazy("Own capability against the market"),
    "total_landed_cost_delta_pct": gettext_lazy("Own cost against the market"),
    "supply_risk": gettext_lazy("Supply risk"),
    "knowhow_sensitivity": gettext_lazy("Sensitive know-how"),
    "decision_level": gettext_lazy("Who decides"),
    "last_reviewed": gettext_lazy("Last reviewed"),
    "direction": gettext_lazy("Direction"),
    "supplier": gettext_lazy("Supplier"),
    "category": gettext_lazy("Category"),
    "constraint": gettext_lazy("Limit"),
    "cause": gettext_lazy("Cause"),
    "severity": gettext_lazy("Severity"),
    "value_streams_affected": gettext_lazy("Value streams affected"),
    "alternative": gettext_lazy("Alternative"),
    "decision": gettext_lazy("Decision"),
    "decide_by": gettext_lazy("Decide by"),
    "use_case": gettext_lazy("Use case"),
    "value_stream_step": gettext_lazy("Step of the value stream"),
    "problem_statement": gettext_lazy("Is the problem described?"),
    "augmentation": gettext_lazy("Whom it helps"),
    "origin": gettext_lazy("Origin"),
    "sites": gettext_lazy("Sites that use it"),
    "stage": gettext_lazy("Stage"),
    "stage_since": gettext_lazy("In this stage since"),
    "objective": gettext_lazy("Objective"),
    "expected_benefit": gettext_lazy("Expected benefit"),
    "realised_benefit": gettext_lazy("Realised benefit"),
    "reinvested_pct": gettext_lazy("Share reinvested"),
    "current_level": gettext_lazy("Decided today by"),
    "target_level": gettext_lazy("Should be decided by"),
    "ai_role_current": gettext_lazy("Role of AI today"),
    "ai_role_target": gettext_lazy("Wanted role of AI"),
}
SENTENCES = {
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
    "nul": gettext_lazy("“%(label)s” holds a character that cannot be stored."),
    "too_long": gettext_lazy("“%(label)s” holds at most %(longest)s characters."),
    "shares": gettext_lazy("The shares add up to %(total)s, expected %(expected)s with a tolerance of %(tolerance)s."),
    "points": gettext_lazy("The points add up to %(total)s, expected %(expected)s."),
    "empty": gettext_lazy("Fill in at least one field."),
    "target_shape": gettext_lazy("“%(label)s” needs a target and a date."),
    "target_level": gettext_lazy("The target of “%(label)s” lies from %(min)s to %(max)s in steps of %(step)s."),
    "target_day": gettext_lazy("The date of “%(label)s” lies from %(first)s to %(last)s, written like 2027-06-30."),
    "target_passed": gettext_lazy(
        "The date of “%(label)s”, %(day)s, has passed; choose a later one before you submit."
    ),
    "day_without_target": gettext_lazy("Choose a target level for “%(label)s”, or clear its date."),
    "no_target": gettext_lazy("Set a target for at least one dimension."),
    "money": gettext_lazy("“%(label)s” needs an amount such as 1200000 or 1200.50, with at most two decimals."),
    "money_range": gettext_lazy("“%(label)s” needs an amount from %(low)s to %(high)s."),
    "day": gettext_lazy("“%(label)s” needs a date, written like 2027-06-30."),
    "day_ahead": gettext_lazy("“%(label)s” lies ahead; the last possible day is %(last)s."),
    "day_range": gettext_lazy("“%(label)s” needs a date from %(first)s to %(last)s."),
    "estimates": gettext_lazy("Only numbers of this item can be marked as an estimate."),
    "no_choice": gettext_lazy("Choose one of the options."),
    "no_text": gettext_lazy("Write a few words, or go on without this item."),
    "rank": gettext_lazy("“%(label)s” can have rank 1, 2 or 3."),
    "ranks": gettext_lazy("Choose three different options: one for rank 1, one for rank 2 and one for rank 3."),
    "rows_shape": gettext_lazy("The rows of this list must be a list of objects, one for each row."),
    "row_shape": gettext_lazy("This row must be an object of its columns."),
    "too_many_rows": gettext_lazy("This list has %(found)s filled rows and takes at most %(most)s."),
    "no_such_column": gettext_lazy("This table has no column “%(label)s”."),
    "row_key": gettext_lazy("“%(label)s” is empty; every row needs it."),
    "required": gettext_lazy("“%(label)s” is empty; a row that is filled in needs it."),
    "decide_by": gettext_lazy("“%(label)s” is empty; severity 4 or 5 without a decision needs a day to decide."),
    "currency": gettext_lazy("The amounts are in %(found)s, but your organisation uses %(currency)s."),
}
WARNINGS = {
    "above_nominal": gettext_lazy(
        "The demonstrated capacity (%(shown)s) is above the nominal one (%(possible)s). Are both per year and in the"
        " same unit?"
    ),
    "counts_as_none": gettext_lazy("“%(label)s” is empty and counts as 0 in the headcount."),
    "pilot_without_day": gettext_lazy("“%(label)s” is empty: the age of this pilot is not known."),
    "decision_overdue": gettext_lazy("The day to decide, %(day)s, has passed without a decision."),
    "other_currency": gettext_lazy(
        "These amounts were saved in %(found)s; your organisation now uses %(currency)s. Convert them before you save again."
    ),
}
# The sentence of a row keeps its own grammar; these say which row it is about.
IN_ROW = gettext_lazy("Row %(row)s: %(sentence)s")
IN_NAMED_ROW = gettext_lazy("“%(row)s”: %(sentence)s")
RAW_LABELS = ("no_such_field", "no_such_column")  # what was sent has no label


def label_of(key: str, catalogue: Questionnaire) -> str:
    """What people call a field: an objective, a cost category, a dimension, or a field of a profile or register."""
    if key in LABELS:
        return str(LABELS[key])
    dimension = catalogue.dimension_by_code.get(key)
    return dimension.name if dimension else catalogue.objectives.get(key) or catalogue.cost_categories.get(key) or key


def label_in(item: Item, key: str, catalogue: Questionnaire) -> str:
    """What people call a field of one item; options of a ranking are named by its content."""
    if item.type == "ranking" and key in (labels := labels_of(item.spec)):
        return item.word(labels[key])
    return label_of(key, catalogue)


def sentence(fault: Fault, item: Item, catalogue: Questionnaire) -> str:
    """The fault, or the warning, as a whole sentence that names its row and its field by the label."""
    label = fault.field if fault.key in RAW_LABELS else label_in(item, fault.field, catalogue)
    words = SENTENCES.get(fault.key) or WARNINGS[fault.key]
    said = str(words % ({"label": label} | {key: shown(v) for key, v in fault.values.items()}))
    if fault.row is None:
        return said
    if isinstance(fault.row, int):
        return str(IN_ROW % {"row": fault.row, "sentence": said})
    return str(IN_NAMED_ROW % {"row": item.word(row_names(item.spec)[fault.row]), "sentence": said})


def shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(localize(int(value) if isinstance(value, float) and value.is_integer() else value))


def cell(item: Item, field: Mapping[str, Any], value: Any, catalogue: Questionnaire) -> str:
    """A stored value of a field as people read it; empty without one.

    A level of a scale stands with its anchor, an option in the reader's language, an objective by its name.
    """
    if value is None or value == "":
        return ""
    kind = field.get("type", "choice")
    if kind == "scale5":
        return f"{value} · {item.word(field['anchors'][value - 1])}"
    if kind == "boolean":
        return _("Yes") if value else _("No")
    if kind == "choice":
        return dict(options_of(item, field, catalogue)).get(str(value), str(value))
    return str(value) if kind in ("text", "date") else shown(value)


def options_of(item: Item, field: Mapping[str, Any], catalogue: Questionnaire) -> list[tuple[str, str]]:
    """(value, label) of everything a choice, a scale or a yes-or-no field offers."""
    kind = field.get("type", "choice")
    if kind == "scale5":
        return [(str(n), f"{n} · {item.word(text)}") for n, text in enumerate(field["anchors"], 1)]
    if kind == "boolean":
        return [("true", _("Yes")), ("false", _("No"))]
    if field.get("key") == "objective":
        return [(o, catalogue.objectives.get(o) or item.word(o)) for o in field["options"]]
    return [choice_of(item, field, option) for option in field["options"]]


def choice_of(item: Item, field: Mapping[str, Any], option: Any) -> tuple[str, str]:
    """(value, label) of one option of a choice: a code with its name, a band of sizes, or a word."""
    if isinstance(option, Mapping):
        name = item.word(option["name"])
        return str(option["code"]), f"{option['code']} {name}" if field.get("codes") else name
    return option, size_of(option, item.word) if field.get("key") == "employees_band" else item.word(option)


def unit_of(item: Item, field: Mapping[str, Any], currency: str) -> str:
    """The unit of a field in the reader's language; amounts are in the organisation's currency."""
    unit = item.word(field.get("unit", ""))
    return unit.replace("EUR", currency) if field.get("type") == "money" else unit


def summary(item: Item, data: Mapping[str, Any], catalogue: Questionnaire) -> list[str]:
    """The data of an item as one line for each row, choice or rank, to stand beside somebody else's."""
    spec = item.spec
    if item.type in ("register", "funnel"):
        return [_cells(item, spec["columns"], row, catalogue) for row in data["rows"]]
    if item.type == "decision_matrix":
        names = row_names(spec)
        return [f"{item.word(names[c])}: {_cells(item, spec['columns'], row, catalogue)}" for c, row in data.items()]
    if item.type == "ranking":
        ranks = sorted(data.items(), key=lambda pair: pair[1])
        return [f"{rank}. {label_in(item, option, catalogue)}" for option, rank in ranks]
    return [item.word(data["choice"])] if item.type == "single_choice" else [data["text"]]


def _cells(item: Item, columns: Sequence[Mapping[str, Any]], row: Mapping[str, Any], catalogue: Questionnaire) -> str:
    return " · ".join(cell(item, column, row[column["key"]], catalogue) for column in columns if column["key"] in row)
