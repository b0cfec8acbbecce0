"""Reports say why a peer group was dropped as data; those made before said it in an English sentence."""

import re
from collections.abc import Callable
from typing import Any

from django.db import migrations

WORDS = {
    "between trees": "between the trees",
    "earlier release": "against an earlier release",
    "all releases": "by all releases together",
}


def as_data(report: dict[str, Any]) -> dict[str, Any]:
    """Which one of several earlier releases was meant is not known any more: all are named."""

    def why(text: str) -> dict[str, Any]:
        what = next((code for code, words in WORDS.items() if text.endswith(words)), "all releases")
        size = re.search(r"\d+", text)
        return {"what": what, "size": int(size[0]) if size else 1, "release": ", ".join(report.get("against", []))}

    return report | {"dropped": [d | {"why": why(d["why"])} for d in report["dropped"]]}


def as_sentence(report: dict[str, Any]) -> dict[str, Any]:
    def why(data: dict[str, Any]) -> str:
        return f"a group of {data['size']} could be isolated {WORDS[data['what']]}"

    return report | {"dropped": [d | {"why": why(d["why"])} for d in report["dropped"]]}


def rewrite(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any, Any], None]:
    def run(apps: Any, editor: Any) -> None:
        releases = apps.get_model("benchmarks", "Release").objects
        for pk, report in releases.filter(report__dropped__0__isnull=False).values_list("pk", "report"):
            releases.filter(pk=pk).update(report=change(report))

    return run


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0008_record_indexes")]
    freeze = "ALTER TABLE benchmarks_release {} TRIGGER frozen"
    operations = [  # the figures stay as they were published: only the words of their reports change
        migrations.RunSQL(freeze.format("DISABLE"), freeze.format("ENABLE")),
        migrations.RunPython(rewrite(as_data), rewrite(as_sentence)),
        migrations.RunSQL(freeze.format("ENABLE"), freeze.format("DISABLE")),
    ]
