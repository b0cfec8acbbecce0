"""Measures of the content that is published already; row-level security of peer groups, and those seen so far."""

from django.db import migrations

from benchmarks.cells import ROOT, paths, prefixes
from opmodel.organisations.tenancy import TenantTable, installation, tenant

MEASURES = """
INSERT INTO assessments_measure (questionnaire_id, code, "order", kind, name, component_id, dimension_id)
SELECT v, code, row_number() OVER (PARTITION BY v ORDER BY rank, place) - 1, kind, name, component_id, dimension_id
  FROM (SELECT questionnaire_id AS v, code, 1 AS rank, "order" AS place, 'dimension' AS kind, name, component_id,
               id AS dimension_id FROM assessments_dimension
        UNION ALL SELECT questionnaire_id, code, 2, "order", 'component', name, id, NULL FROM assessments_component
        UNION ALL SELECT id, 'OVERALL', 3, 0, 'overall', 'Overall', NULL, NULL FROM assessments_questionnaire) AS m
 WHERE EXISTS (SELECT FROM assessments_dimension d WHERE d.questionnaire_id = v)
"""


def seen_so_far(apps, schema_editor):
    """The published groups on the own paths of every comparison that was stored."""
    from benchmarks.selectors import label_of
    from benchmarks.settings import segments

    organisation, result, group, cell = (
        apps.get_model(*name)
        for name in (
            ("organisations", "Organisation"),
            ("assessments", "Result"),
            ("assessments", "PeerGroup"),
            ("benchmarks", "CellStatistic"),
        )
    )
    with installation():
        everybody = list(organisation.objects.values_list("pk", flat=True))
    for pk in everybody:
        with tenant(pk):
            compared = {
                (release, tuple(sorted(own.items())))
                for release, own in result.objects.exclude(release=None).values_list("release_id", "segments")
            }
            for release, own in compared:
                published = set(cell.objects.filter(release_id=release).values_list("tree", "path", "depth").distinct())
                for tree, path in paths(dict(own), segments().sector_of).items():
                    named = set(prefixes(path))
                    group.objects.bulk_create(
                        (
                            group(organisation_id=pk, release_id=release, tree=t, path=p, depth=d, label=label_of(p))
                            for t, p, d in published
                            if t == tree and p in named and (t, p) != ("B", ROOT)
                        ),
                        ignore_conflicts=True,
                    )


class Migration(migrations.Migration):
    dependencies = [("assessments", "0018_star"), ("organisations", "0002_tenancy")]
    operations = [
        migrations.RunSQL(MEASURES, "DELETE FROM assessments_measure"),
        TenantTable("assessments_peergroup"),
        migrations.RunPython(seen_so_far, migrations.RunPython.noop),
    ]
