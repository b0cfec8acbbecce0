"""When a release was changed: taken back, it changes what tools have read."""

import django.db.models.functions.datetime
from django.db import migrations, models

# "touch" runs after "frozen" (triggers run in the order of their names), which therefore never sees this column change.
TOUCH = """
CREATE TRIGGER touch BEFORE UPDATE ON benchmarks_release FOR EACH ROW EXECUTE FUNCTION opmodel_touch();
"""


class Migration(migrations.Migration):
    dependencies = [("benchmarks", "0010_records_belong_by_statement"), ("organisations", "0002_tenancy")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="updated_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.RunSQL(TOUCH, "DROP TRIGGER touch ON benchmarks_release"),
    ]
