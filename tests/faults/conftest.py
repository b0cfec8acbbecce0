"""Folders for services of their own; afterwards no process and no file of them is left."""

import time
from collections.abc import Iterator

import pytest

from tests.faults.processes import Checkout, lend_binaries, temporary
from tests.faults.servers import Server, clone


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with temporary() as made:
        lend_binaries(made)
        yield made


@pytest.fixture(scope="package")
def installation() -> Iterator[Server]:
    """A clone that script/server has set up; made once, because that takes most of a minute."""
    with temporary() as made:
        clone(made)
        server = Server(made)
        began = time.monotonic()
        server.start()
        print(f"\nfirst start: {time.monotonic() - began:.1f} s")  # noqa: T201
        yield server
