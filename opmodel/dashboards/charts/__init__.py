"""Results -> figures: what a chart says, the numbers it is drawn from, and how Plotly draws it. PURE: no Django, no queries.

Words come in translated. Colours are names of design tokens ("--ink"), resolved in the browser for light and dark. Pages,
CSV files, reports and the API show the same figure (opmodel.dashboards.gallery).
"""
