"""The Celery application: a doorbell for job rows, nothing more (opmodel.jobs)."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opmodel.settings")
app = Celery("opmodel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def be_patient(conf: Any, **_: Any) -> None:
    """Nobody waits for a worker: a busy Redis may take its time to answer it."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_timeout": 5.0}
