"""Every dataset so far was one file: it gets the card of that file, and the families of its measures by their codes."""

from typing import Any

from django.db import migrations


def make_cards(apps: Any, schema_editor: Any) -> None:
    dataset_model, import_model = apps.get_model("benchmarks", "Dataset"), apps.get_model("benchmarks", "Import")
    for dataset in dataset_model.objects.all():
        card = import_model.objects.create(
            dataset=dataset, dataset_name=dataset.name, state="applied", illustrative=dataset.illustrative,
            file_name=dataset.name, file_hash=dataset.file_hash, source=dataset.source, period=dataset.period,
            licence=dataset.licence, rows=dataset.records.count(), rows_new=dataset.records.count(),
            imported_by=dataset.imported_by, applied_at=dataset.created_at,
        )  # fmt: skip
        import_model.objects.filter(pk=card.pk).update(created_at=dataset.created_at)
        dataset.records.update(brought_by=card)
        components = [m for m in dataset.measures if any(o != m and o.startswith(m) for o in dataset.measures)]
        families = {c: [m for m in dataset.measures if m != c and m.startswith(c)] for c in components}
        if components and "OVERALL" in dataset.measures:
            families["OVERALL"] = components
        dataset_model.objects.filter(pk=dataset.pk).update(families=families)


def back_to_datasets(apps: Any, schema_editor: Any) -> None:
    for card in apps.get_model("benchmarks", "Import").objects.filter(state="applied").order_by("-pk"):
        apps.get_model("benchmarks", "Dataset").objects.filter(pk=card.dataset_id).update(
            file_hash=card.file_hash, imported_by=card.imported_by
        )


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0004_provenance")]
    operations = [migrations.RunPython(make_cards, back_to_datasets)]
