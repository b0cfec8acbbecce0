"""A published release never changes: the database refuses it, whoever asks."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION benchmarks_release_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'release % is published and cannot be deleted', OLD.name; END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND ((to_jsonb(OLD) - 'state') <> (to_jsonb(NEW) - 'state')
     OR NOT (OLD.state = NEW.state OR (OLD.state, NEW.state) IN (('published', 'superseded'), ('published', 'withdrawn'),
                                                                 ('superseded', 'withdrawn')))) THEN
    RAISE EXCEPTION 'release % is published and cannot change', OLD.name;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON benchmarks_release
  FOR EACH ROW EXECUTE FUNCTION benchmarks_release_frozen();

CREATE FUNCTION benchmarks_cell_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE release_state text;
BEGIN
  SELECT state INTO release_state FROM benchmarks_release
   WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.release_id ELSE NEW.release_id END;
  IF TG_OP = 'UPDATE' OR release_state <> 'draft' THEN
    RAISE EXCEPTION 'the cells of a release are frozen';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON benchmarks_cellstatistic
  FOR EACH ROW EXECUTE FUNCTION benchmarks_cell_frozen();
"""
THAW = """
DROP TRIGGER frozen ON benchmarks_cellstatistic; DROP FUNCTION benchmarks_cell_frozen();
DROP TRIGGER frozen ON benchmarks_release; DROP FUNCTION benchmarks_release_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0001_initial"), ("organisations", "0002_tenancy")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
