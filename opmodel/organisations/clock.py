"""What time it is: the database's clock, read where an organisation sits. The clock of a worker may be wrong."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from opmodel.organisations.models import Organisation


def now() -> datetime:
    """The database's time, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def today(organisation: Organisation) -> date:
    """The local day of an organisation."""
    return local(now(), organisation).date()


def local(moment: datetime, organisation: Organisation) -> datetime:
    return moment.astimezone(ZoneInfo(organisation.time_zone))
