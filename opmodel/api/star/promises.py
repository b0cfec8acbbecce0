"""What the star schema promises, as files: `docs/contracts/NAME.json`, one a table. PURE: no Django.

A tool that was built against a contract keeps working while its version stays: columns may be added, none is renamed, none
changes its type, its meaning or whether it may be empty.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opmodel.api.star.columns import Column, Table

FOLDER = "docs/contracts"


def column_of(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "type": column.kind,
        "null": column.null,
        "meaning": column.meaning,
    }
    if column.refers:
        said["refers"] = f"{column.refers}.id"
    if column.formula:
        said["formula"] = column.formula
    return said


def contract_of(table: Table) -> dict[str, Any]:
    return {
        "table": table.name,
        "version": table.version,
        "meaning": table.meaning,
        "key": "id",
        "columns": [column_of(column) for column in table.columns],
    }


def files(tables: Mapping[str, Table]) -> dict[str, str]:
    """File name -> text."""
    return {
        f"{name}.json": json.dumps(contract_of(table), indent=1, ensure_ascii=False) + "\n"
        for name, table in tables.items()
    }


def differences(tables: Mapping[str, Table], folder: Path) -> list[str]:
    """What the files and the definitions do not have in common."""
    wanted = files(tables)
    found = {path.name: path.read_text() for path in folder.glob("*.json")}
    said = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    said += [f"{name} is of no table" for name in sorted(found.keys() - wanted.keys())]
    return said + [f"{name} differs" for name in sorted(wanted.keys() & found.keys()) if wanted[name] != found[name]]


def broken(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What a changed contract takes from those who rely on it, where its version is the same."""
    if before["version"] != now["version"]:
        return []
    named = {column["name"]: column for column in now["columns"]}
    said = []
    for column in before["columns"]:
        other = named.get(column["name"])
        if other is None:
            said.append(f"{before['table']}.{column['name']} is gone")
        elif (other["type"], other["null"]) != (column["type"], column["null"]):
            said.append(f"{before['table']}.{column['name']} has another type")
    return said
