"""The description of the OData service: the XML of $metadata, and the service document."""

from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from opmodel.api.odata.asking import navigation
from opmodel.api.star import TABLES
from opmodel.api.star.columns import BOOL, DATE, INT, MONEY, NUMBER, TEXT, TIME, Column, Table

NAMESPACE = "OpModel"
EDM = {
    INT: 'Type="Edm.Int64"',
    NUMBER: 'Type="Edm.Double"',
    MONEY: 'Type="Edm.Decimal" Precision="14" Scale="2"',
    TEXT: 'Type="Edm.String"',
    BOOL: 'Type="Edm.Boolean"',
    DATE: 'Type="Edm.Date"',
    TIME: 'Type="Edm.DateTimeOffset" Precision="6"',
}


def property_of(column: Column) -> str:
    nullable = "" if column.null else ' Nullable="false"'
    meaning = f'<Annotation Term="Core.Description" String={quoteattr(column.meaning)}/>'
    return f'<Property Name="{column.name}" {EDM[column.kind]}{nullable}>{meaning}</Property>'


def navigation_of(name: str, column: Column) -> str:
    nullable = "" if column.null else ' Nullable="false"'
    constraint = f'<ReferentialConstraint Property="{column.name}" ReferencedProperty="id"/>'
    return f'<NavigationProperty Name="{name}" Type="{NAMESPACE}.{name}"{nullable}>{constraint}</NavigationProperty>'


def type_of(table: Table) -> str:
    parts = ['<Key><PropertyRef Name="id"/></Key>', *map(property_of, table.columns)]
    parts += [navigation_of(name, column) for name, column in navigation(table).items()]
    parts.append(f'<Annotation Term="Core.Description" String={quoteattr(table.meaning)}/>')
    return f'<EntityType Name="{table.name}">{"".join(parts)}</EntityType>'


def set_of(table: Table) -> str:
    bindings = "".join(f'<NavigationPropertyBinding Path="{n}" Target="{n}"/>' for n in navigation(table))
    return f'<EntitySet Name="{table.name}" EntityType="{NAMESPACE}.{table.name}">{bindings}</EntitySet>'


@lru_cache(maxsize=1)
def document() -> str:
    """The whole of $metadata."""
    types = "\n".join(map(type_of, TABLES.values()))
    sets = "\n".join(map(set_of, TABLES.values()))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:Reference Uri="https://docs.oasis-open.org/odata/odata/v4.0/errata03/os/complete/vocabularies/Org.OData.Core.V1.xml">
<edmx:Include Namespace="Org.OData.Core.V1" Alias="Core"/>
</edmx:Reference>
<edmx:DataServices>
<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">
{types}
<EntityContainer Name="Container">
{sets}
</EntityContainer>
</Schema>
</edmx:DataServices>
</edmx:Edmx>
"""


def service(root: str) -> dict[str, Any]:
    """The service document: which entity sets there are."""
    return {
        "@odata.context": f"{root}$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in TABLES],
    }
