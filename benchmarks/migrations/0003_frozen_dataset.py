"""What a published release rests on keeps its meaning: its measures, and whether its peers are made up."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION benchmarks_dataset_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.illustrative, OLD.measures) IS DISTINCT FROM (NEW.illustrative, NEW.measures)
     AND EXISTS (SELECT FROM benchmarks_release WHERE dataset_id = OLD.id AND state <> 'draft') THEN
    RAISE EXCEPTION 'dataset % has a published release and cannot change', OLD.name;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON benchmarks_dataset
  FOR EACH ROW EXECUTE FUNCTION benchmarks_dataset_frozen();
"""
THAW = "DROP TRIGGER frozen ON benchmarks_dataset; DROP FUNCTION benchmarks_dataset_frozen();"


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0002_frozen")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
