"""Container health checks: exit 0 when well, else 1 and one line. `health.py web [PATH]`, `worker` or
`sweeper [SECONDS]`.

Imports no Django: it runs every half minute and must stay cheap.
"""

import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path


def env(name: str) -> str:
    """The value of NAME, or the content of the file NAME_FILE points to; as in opmodel.settings."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, "")


def web(path: str = "/healthz") -> str:
    """The fault of the web server, or an empty text. Asks under an allowed name: any other gets a 400."""
    host = env("ALLOWED_HOSTS").split(",")[0].lstrip(".*") or "localhost"
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{path}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=4) as reply:
            return "" if reply.status == 200 else f"{path} answered {reply.status}"
    except urllib.error.HTTPError as error:
        return f"{path} answered {error.code}"
    except OSError as error:
        return f"{path} does not answer: {error}"


def worker() -> str:
    """The fault of this container's Celery worker: it must answer a ping that goes through Redis and back."""
    from celery import Celery
    from kombu.exceptions import OperationalError

    app = Celery(broker=env("REDIS_URL"), set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": 2, "socket_timeout": 4}
    name = f"celery@{socket.gethostname()}"
    try:
        answers = app.control.ping(destination=[name], timeout=4)
    except (OperationalError, OSError) as error:
        return f"Redis does not answer: {error}"
    return "" if answers else f"{name} does not answer"


def sweeper(seconds: str = "60") -> str:
    """The fault of this container's sweeper: PostgreSQL must have heard from it within so many seconds.

    The sweeper asks every SWEEP_SECONDS, and PostgreSQL notes when; PGAPPNAME tells its connections from others. While
    a job runs the child that does it counts as well. The clock is the database's.
    """
    import psycopg2

    patience = max(float(seconds), 6 * float(env("SWEEP_SECONDS") or 5))
    try:
        connection = psycopg2.connect(env("DATABASE_URL"), connect_timeout=4, application_name="opmodel-health")
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = current_user AND application_name = %s"
                " AND client_addr IS NOT DISTINCT FROM inet_client_addr()"
                " AND state_change > clock_timestamp() - make_interval(secs => %s))",
                [os.environ.get("PGAPPNAME", "opmodel-sweeper"), patience],
            )
            heard = cursor.fetchone()[0]
        connection.close()
    except psycopg2.Error as error:
        return f"PostgreSQL does not answer: {error}"
    return "" if heard else f"the sweeper has not asked for due jobs in the last {patience:.0f} s"


CHECKS = {"web": web, "worker": worker, "sweeper": sweeper}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in CHECKS:
        sys.exit(f"usage: health.py {'|'.join(CHECKS)} [path or seconds]")
    sys.exit(CHECKS[sys.argv[1]](*sys.argv[2:]) or 0)
