"""Records belong to a dataset, and to the import that brought them: checked once a statement instead of once a row.

Two foreign keys took longer than everything else about a million rows. What replaces them promises the same, also to
transactions that meet: rows that arrive hold the rows they point to, and whoever deletes one of those looks after its lock.
"""

import django.db.models.deletion
from django.db import migrations, models

CHECK = """
CREATE FUNCTION benchmarks_record_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM benchmarks_dataset WHERE id IN (SELECT dataset_id FROM arrived) FOR KEY SHARE;
  PERFORM FROM benchmarks_import WHERE id IN (SELECT brought_by_id FROM arrived) FOR KEY SHARE;
  IF EXISTS (SELECT dataset_id FROM arrived EXCEPT SELECT id FROM benchmarks_dataset)
     OR EXISTS (SELECT brought_by_id FROM arrived WHERE brought_by_id IS NOT NULL EXCEPT SELECT id FROM benchmarks_import)
  THEN
    RAISE foreign_key_violation USING MESSAGE = 'a record belongs to a dataset or an import that does not exist';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER belongs AFTER INSERT ON benchmarks_record REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION benchmarks_record_belongs();

CREATE FUNCTION benchmarks_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING MESSAGE = 'a record stays with its dataset and the import that brought it';
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON benchmarks_record FOR EACH ROW
  WHEN (OLD.dataset_id <> NEW.dataset_id OR (NEW.brought_by_id IS NOT NULL AND OLD.brought_by_id IS DISTINCT FROM NEW.brought_by_id))
  EXECUTE FUNCTION benchmarks_record_stays();

CREATE FUNCTION benchmarks_record_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM benchmarks_record WHERE %I = $1)', TG_ARGV[0]) INTO held USING OLD.id;
  IF held THEN
    RAISE foreign_key_violation USING MESSAGE = format('records belong to this row of %I', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER holds AFTER DELETE ON benchmarks_dataset
  FOR EACH ROW EXECUTE FUNCTION benchmarks_record_holds('dataset_id');
CREATE TRIGGER holds AFTER DELETE ON benchmarks_import
  FOR EACH ROW EXECUTE FUNCTION benchmarks_record_holds('brought_by_id');
"""
UNDO = """
DROP TRIGGER holds ON benchmarks_import; DROP TRIGGER holds ON benchmarks_dataset;
DROP TRIGGER stays ON benchmarks_record; DROP TRIGGER belongs ON benchmarks_record;
DROP FUNCTION benchmarks_record_holds(); DROP FUNCTION benchmarks_record_stays(); DROP FUNCTION benchmarks_record_belongs();
"""


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0009_reasons_as_data")]
    operations = [
        migrations.AlterField(
            model_name="record",
            name="dataset",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                related_name="records", to="benchmarks.dataset",
            ),
        ),
        migrations.AlterField(
            model_name="record",
            name="brought_by",
            field=models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True,
                on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="benchmarks.import",
            ),
        ),
        migrations.RunSQL(CHECK, UNDO),
    ]  # fmt: skip
