"""OData v4, read only: /odata/v4/.

`filters` compiles $filter into SQL over the columns of a table, `asking` reads the options of a request, `reading` makes the
statements, `metadata` describes the service, `service` answers.
"""
