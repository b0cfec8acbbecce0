"""The hash of a file and who imported it stand on the import; an audited release is as frozen as a published one."""

from django.db import migrations, models

RELEASE = """
CREATE OR REPLACE FUNCTION benchmarks_release_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := ARRAY['state'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state NOT IN ('draft', 'audited') THEN
      RAISE EXCEPTION 'release % is published and cannot be deleted', OLD.name;
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state = 'audited' THEN may_change := may_change || ARRAY['published_at', 'published_by']; END IF;
  IF NEW.state = 'withdrawn' THEN may_change := may_change || ARRAY['withdrawn_because']; END IF;
  IF OLD.state <> 'draft' AND ((to_jsonb(OLD) - may_change) <> (to_jsonb(NEW) - may_change)
     OR NOT (OLD.state = NEW.state OR (OLD.state, NEW.state) IN
             (('audited', 'published'), ('published', 'superseded'), ('published', 'withdrawn'),
              ('superseded', 'withdrawn')))) THEN
    RAISE EXCEPTION 'release % is % and cannot change', OLD.name, OLD.state;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION benchmarks_cell_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE release_state text;
BEGIN
  SELECT state INTO release_state FROM benchmarks_release
   WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.release_id ELSE NEW.release_id END;
  -- An audited release that was not published may go, with its cells; nothing of it may change.
  IF TG_OP = 'UPDATE' OR release_state NOT IN ('draft', 'audited') OR (release_state = 'audited' AND TG_OP = 'INSERT') THEN
    RAISE EXCEPTION 'the cells of a release are frozen';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON benchmarks_releasemember
  FOR EACH ROW EXECUTE FUNCTION benchmarks_cell_frozen();
"""
FORMER = """
DROP TRIGGER frozen ON benchmarks_releasemember;
CREATE OR REPLACE FUNCTION benchmarks_release_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE FUNCTION benchmarks_cell_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE release_state text;
BEGIN
  SELECT state INTO release_state FROM benchmarks_release
   WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.release_id ELSE NEW.release_id END;
  IF TG_OP = 'UPDATE' OR release_state <> 'draft' THEN
    RAISE EXCEPTION 'the cells of a release are frozen';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0005_first_imports")]
    operations = [
        # The column comes back empty; 0005 fills it.
        migrations.AlterField("dataset", "file_hash", models.CharField(max_length=64, default="")),
        migrations.RemoveField("dataset", "file_hash"),
        migrations.RemoveField("dataset", "imported_by"),
        migrations.RunSQL(RELEASE, FORMER),
    ]
