"""The worked examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import assessments
import benchmarks
import opmodel

SKIPPED = (
    "opmodel.wsgi",
    "opmodel.gunicorn",
    "opmodel.settings",
)  # they act when they are imported, and hold no examples


def modules():
    for package in (assessments, benchmarks, opmodel):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(SKIPPED) and ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def test_every_example_holds():
    importlib.import_module("opmodel.urls")  # as Django does first: the addresses of the apps need its converter
    results = {module.__name__: doctest.testmod(module) for module in modules()}
    assert {name: r.failed for name, r in results.items() if r.failed} == {}
    assert sum(r.attempted for r in results.values()) >= 25
