"""How often a token was used in this minute: of no value after a crash, so not written to the log."""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE api_tokenuse (
  token varchar(128) NOT NULL, minute bigint NOT NULL, used integer NOT NULL, PRIMARY KEY (token, minute)
)
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0005_token_scope")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE api_tokenuse")]
