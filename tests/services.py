"""A pytest plugin that runs before Django reads its settings: real PostgreSQL and Redis, embedded or by URL."""

import atexit
import os
from pathlib import Path

from opmodel import embedded, words

ROOT = Path(__file__).resolve().parent.parent

_services = embedded.running(ROOT, name="test")
for _name, _value in _services.__enter__().items():
    os.environ.setdefault(_name, _value)
atexit.register(_services.__exit__, None, None, None)
words.compile_all()
# The test database is made by the owner; conftest.py hands it to the web role afterwards.
os.environ["OPMODEL_DB_ROLE"] = "owner"
