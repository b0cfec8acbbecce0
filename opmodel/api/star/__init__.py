"""The star schema: one definition per table, and what is made of it.

`columns` says what a table and a column are, `dimensions` and `facts` define the fourteen tables, `reading` makes the statements
that REST, OData and bulk files read, `views` the SQL views, `promises` contract files and data dictionary.
"""

from opmodel.api.star.columns import Column, Table
from opmodel.api.star.dimensions import DIMENSIONS
from opmodel.api.star.facts import FACTS

TABLES: dict[str, Table] = {table.name: table for table in (*DIMENSIONS, *FACTS)}

__all__ = ["TABLES", "Column", "Table"]
