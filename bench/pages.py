"""Pages as a browser gets them: weight of everything a page loads, statements and time for few and for many sites.

Two tables: all kinds of pages with 3 and MANY sites in one cycle, and the pages of figures with 50 and 500 sites in three
(`pages.py figures`: these alone, a minute).

Weight: the compressed page and every style sheet and script it names, as served (brotli where the browser takes it).
Statements: the whole request, BEGIN and COMMIT counted. Time: median of RUNS requests through all middleware.
"""

import os
import re
import statistics
import sys
import time

import ground

ONLY_FIGURES = "figures" in sys.argv[1:]
MANY = next((int(a) for a in sys.argv[1:] if a.isdigit()), 300)
RUNS = 15
PAGES = {
    "work": "/",
    "cycle board": "/cycles/{cycle}/",
    "answering": "/submissions/{enterprise}/dimensions/CAP1/",
    "review": "/submissions/{enterprise}/review/",
    "status": "/submissions/{enterprise}/status/",
    "dashboard": "/dashboard/",
    "priorities": "/dashboard/priorities/",
    "sites": "/dashboard/sites/",
    "peers": "/dashboard/peers/",
    "explain": "/dashboard/explain/{enterprise}/CAP2/",
    "perception (chart)": "/dashboard/perception/",
}

FEW_SITES, MANY_SITES, CYCLES = 50, 500, 3
STATEMENTS, MILLISECONDS, GROWTH, KILOBYTES = 15, 300, 3, 300  # below the first, at most the others
FIGURES = {
    "dashboard": "/dashboard/",
    "priorities": "/dashboard/priorities/",
    "perception (chart)": "/dashboard/perception/",
    "streams": "/dashboard/streams/",
    "decisions": "/dashboard/facts/",
    "peers": "/dashboard/peers/",
    "heat map": "/dashboard/sites/",
    "heat map, ungrouped": "/dashboard/sites/?group=none",
    "heat map as a file": "/dashboard/figures/site-heat-map.csv",
    "modernisation map": "/dashboard/sites/map/",
    "who is best": "/dashboard/sites/best/",
    "side by side": "/dashboard/sites/beside/?site={site}&site={other}",
    "range of measures": "/dashboard/sites/compare/",
    "one plant": "/dashboard/sites/{site}/",
    "learn from a plant": "/dashboard/sites/{site}/CAP2/?beside={other}",
    "range of one measure": "/dashboard/sites/compare/CAP1/",
    "trend": "/dashboard/trend/",
    "published figures": "/dashboard/published/",
    "projection": "/dashboard/projection/",
    "alignment": "/dashboard/alignment/",
    "explain a score": "/dashboard/explain/{enterprise}/CAP2/",
    "explain the plants": "/dashboard/explain/{enterprise}/CAP2/?what=network",
    "explain a difference": "/dashboard/explain/{enterprise}/CAP2/?what=perception",
    "explain a change": "/dashboard/explain/{enterprise}/CAP2/?what=plants_change",
    "own plant (manager)": "/dashboard/sites/",
}


def weight(client, path: str) -> tuple[int, int]:
    """(bytes of the page, bytes of all it loads besides), both as sent to a browser that takes brotli and gzip."""
    page = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert page.status_code == 200, (path, page.status_code)
    assert page.headers.get("Content-Encoding") == "gzip", path
    text = client.get(path).content.decode()
    loaded = 0
    for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text)):
        reply = client.get(address, headers={"Accept-Encoding": "br, gzip"})
        assert reply.status_code == 200, address
        assert "immutable" in reply.headers["Cache-Control"], address
        loaded += sum(map(len, reply.streaming_content if reply.streaming else [reply.content]))
    return len(page.content), loaded


def request(client, path: str) -> tuple[int, float]:
    """(statements, milliseconds) of one page."""
    statements = asked(client, path)
    return statements, 1000 * statistics.median(once(client, path) for _ in range(RUNS))


def asked(client, path: str) -> int:
    """The statements of one page, once the caches of the content are filled."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return len(seen)


def once(client, path: str) -> float:
    """The seconds of one request."""
    started = time.perf_counter()
    client.get(path)
    return time.perf_counter() - started


def with_networks() -> None:
    """The pages of figures with few and with many sites, three cycles each."""
    import networks

    found = {}
    worlds = {sites: networks.made(f"Network {sites}", sites, CYCLES) for sites in (FEW_SITES, MANY_SITES)}
    ground.run(os.environ["DATABASE_OWNER_URL"], "ANALYZE")
    for name, page in FIGURES.items():
        readers = {}
        for sites, world in worlds.items():
            rows = world.submissions
            names = {"site": rows[1].public_id, "other": rows[2].public_id, "enterprise": rows[0].public_id}
            client = world.client("plant_manager" if "manager" in name else "csco")
            readers[sites] = client, page.format(**names)
        # By turns, so that whatever else the machine does slows both down alike.
        times = [{sites: once(*reader) for sites, reader in readers.items()} for _ in range(RUNS)]
        for sites, (client, path) in readers.items():
            size = len(client.get(path, headers={"Accept-Encoding": "gzip"}).content)
            taken = 1000 * statistics.median(turn[sites] for turn in times[2:])
            found[name, sites] = (size, asked(client, path), taken)
    few, many = FEW_SITES, MANY_SITES
    print(f"\n{CYCLES} cycles             {'page, KB':>13} {'statements':>12} {'ms':>15} {'growth':>8}")
    print(f"{'':20} {few:6} {many:6} {few:5} {many:6} {few:8} {many:6}")
    for name in FIGURES:
        (light, less, fast), (heavy, more, slow) = found[name, few], found[name, many]
        print(
            f"{name:20} {light / 1000:6.1f} {heavy / 1000:6.1f} {less:5} {more:6} {fast:8.0f} {slow:6.0f} {slow / fast:8.1f}"
        )
    beyond = [
        name
        for name in FIGURES
        if found[name, many][1] >= STATEMENTS
        or found[name, many][2] > MILLISECONDS
        or (found[name, many][2] / found[name, few][2] > GROWTH and "file" not in name)  # a file has all the rows
        or found[name, many][0] > 1000 * KILOBYTES
    ]
    print("within all limits" if not beyond else f"beyond a limit: {', '.join(beyond)}")


def every_kind() -> None:
    """All kinds of pages with few and with many sites, one cycle."""
    from tests import build

    found = {}
    worlds = {sites: build.score_all(build.world(f"Bench {sites}", sites=sites)) for sites in (3, MANY)}
    ground.run(os.environ["DATABASE_OWNER_URL"], "ANALYZE")  # as autovacuum does within a minute
    for sites, world in worlds.items():
        names = {"cycle": world.cycle.public_id, "enterprise": world.enterprise.public_id}
        client = world.client("csco")
        for name, page in PAGES.items():
            path = page.format(**names)
            found[name, sites] = (*weight(client, path), *request(client, path))
    print(f"{'':20} {'page':>8} {'with all':>9} {'statements':>12} {'ms':>15}")
    print(f"{'':20} {'KB':>8} {'KB':>9} {'3':>5} {MANY:>6} {'3':>8} {MANY:>6}")
    for name in PAGES:
        (page, loaded, few, fast), (_page, _loaded, many, slow) = found[name, 3], found[name, MANY]
        print(f"{name:20} {page / 1000:8.1f} {(page + loaded) / 1000:9.1f} {few:5} {many:6} {fast:8.0f} {slow:6.0f}")
    heaviest = max(sum(found[name, 3][:2]) for name in PAGES if "chart" not in name)
    print(f"heaviest page without charts: {heaviest / 1000:.1f} KB, of 60 allowed")


def main() -> None:
    with ground.ready(static=not ONLY_FIGURES):
        import opmodel.wsgi  # noqa: F401 - as a worker of the web server begins: what it has loaded is not collected

        ground.peers()
        with_networks()
        if not ONLY_FIGURES:
            every_kind()


if __name__ == "__main__":
    main()
