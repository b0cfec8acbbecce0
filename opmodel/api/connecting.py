"""How each tool connects: what to do, in the reader's language, and what to paste, made for this installation."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BASIC = _("When it asks how to sign in, choose Basic: any user name, and the token as the password.")
SCRIPT = _("Put the token into the environment variable OPMODEL_TOKEN; it does not belong into the script.")
ROLE = _("Ask the operator for a database role of your organisation: manage.py bi_role create ORGANISATION.")
SQL = _("The tables are views in the schema bi, named like fact_score; the role reads them and nothing else.")
ODATA = _("Choose OData as the source and paste the address.")
ONCE = _("Take FactScoreFlat for a first look; it needs no relations. The other tables join by their keys.")


@dataclass(frozen=True)
class Tool:
    """One tool: its name, what to do, and the file it is given as, where it is one."""

    key: str
    name: str
    steps: tuple[str | Promise, ...]
    file: str = ""


TOOLS: Mapping[str, Tool] = {
    tool.key: tool
    for tool in (
        Tool(
            "powerbi",
            "Power BI",
            (
                _("Get data, blank query, advanced editor: paste the text."),
                BASIC,
                _(
                    "For an incremental refresh set the range on cycle_opens_on and detect changes by updated_at. A range on"
                    " updated_at would keep both the old and the new state of a row."
                ),
            ),
            "OpModel.pq",
        ),
        Tool("excel", "Excel", (_("Data, get data, from an OData feed: paste the address."), BASIC, ONCE)),
        Tool("tableau", "Tableau", (ODATA, BASIC, ONCE)),
        Tool("qlik", "Qlik", (ODATA, BASIC, _("Then load the tables with a script like this."))),
        Tool("superset", "Superset", (ROLE, _("Add a PostgreSQL database with this address."), SQL)),
        Tool("metabase", "Metabase", (ROLE, _("Add a PostgreSQL database with these values."), SQL)),
        Tool("pandas", "pandas", (SCRIPT,), "opmodel_pandas.py"),
        Tool("polars", "polars", (SCRIPT,), "opmodel_polars.py"),
        Tool("duckdb", "DuckDB", (SCRIPT,), "opmodel_duckdb.py"),
        Tool(
            "dlt",
            "dlt",
            (
                SCRIPT,
                _("Every run loads what changed since the one before, and takes out what was deleted."),
            ),
            "opmodel_dlt.py",
        ),
        Tool("r", "R", (SCRIPT,), "opmodel.R"),
        Tool("curl", "curl", (SCRIPT,)),
    )
}


def snippet(tool: Tool, api: str, odata: str) -> str:
    """What is pasted, with the addresses of this installation."""
    text: str = get_template(f"api/connect/{tool.key}.txt").template.source  # type: ignore[attr-defined]
    return text.replace("{{ api }}", api).replace("{{ odata }}", odata).strip() + "\n"


def notebook(api: str) -> dict[str, object]:
    """A Jupyter notebook that reads the wide table and shows the newest scores."""

    def cell(kind: str, text: str) -> dict[str, object]:
        made: dict[str, object] = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        return made if kind == "markdown" else made | {"execution_count": None, "outputs": []}

    return {
        "cells": [
            cell("markdown", "# OpModel\nSet the environment variable `OPMODEL_TOKEN` before you start Jupyter."),
            cell("code", snippet(TOOLS["pandas"], api, "")),
            cell(
                "code",
                'scores[scores["measure"] == "OVERALL"].pivot_table(index="site", columns="cycle", values="score")\n',
            ),
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
