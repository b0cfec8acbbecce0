"""The OpenAPI document prepared for people: from its JSON to the values of templates/api/docs.html."""

from typing import Any

Document = dict[str, Any]
DICTIONARY = {
    "Star schema",
    "Bulk files",
}  # seventy addresses with the same columns: the data dictionary shows them once


def page_of(document: Document) -> dict[str, Any]:
    """Title, description and, endpoint by endpoint, parameters, columns and replies."""
    endpoints = []
    for path, methods in document["paths"].items():
        operation = methods["get"]
        if set(operation["tags"]) & DICTIONARY:
            continue
        endpoints.append(
            {
                "path": path,
                "id": operation["operationId"],
                "summary": operation["summary"],
                "public": not operation.get("security"),
                "parameters": [parameter(p) for p in operation.get("parameters", [])],
                "columns": columns(document, operation["responses"]["200"]),
                "problems": [(code, r["description"]) for code, r in operation["responses"].items() if code != "200"],
            }
        )
    info = document["info"]
    return {
        "title": info["title"],
        "version": info["version"],
        "description": info["description"],
        "endpoints": endpoints,
    }


def parameter(entry: Document) -> dict[str, Any]:
    schema = entry["schema"]
    return {
        "name": entry["name"],
        "type": type_of(schema),
        "meaning": entry.get("description", ""),
        "default": schema.get("default", ""),
        "values": ", ".join(schema.get("enum", [])),
    }


def resolved(document: Document, schema: Document) -> Document:
    """A schema with its reference followed."""
    if "allOf" in schema:
        schema = schema | schema["allOf"][0]
    if "$ref" in schema:
        found: Document = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return {"description": schema.get("description", ""), **found} | (
            {"description": schema["description"]} if "description" in schema else {}
        )
    return schema


def columns(document: Document, reply: Document) -> list[dict[str, Any]]:
    """The columns of the rows of a reply; empty when it holds no rows."""
    schema = resolved(document, reply["content"].get("application/json", {}).get("schema", {}))
    results = schema.get("properties", {}).get("results")
    if results is None:
        return []
    row = resolved(document, results["items"])
    found = []
    for name, entry in row["properties"].items():
        column = resolved(document, entry)
        found.append(
            {
                "name": name,
                "type": type_of(column),
                "null": column.get("nullable", False),
                "meaning": column.get("description", ""),
            }
        )
    return found


def type_of(schema: Document) -> str:
    words = {"date-time": "date and time", "date": "date", "uri": "address"}
    return words.get(
        schema.get("format", ""),
        {"integer": "whole number", "string": "text", "boolean": "true or false"}.get(
            schema.get("type", ""), schema.get("type", "")
        ),
    )
