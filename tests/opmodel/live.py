"""The product behind a real socket, for clients that speak HTTP themselves; each request on a connection of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *args: object) -> None:
        """Nothing: the test says what went wrong."""


def closing(environ, start_response):
    """One request; a thread that ends must not keep its connection to the database."""
    try:
        reply = WSGIHandler()(environ, start_response)
        try:
            if environ["REQUEST_METHOD"] != "HEAD":
                yield from reply
        finally:
            reply.close()
    finally:
        connection.close()


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override=None)
    server.daemon_threads = True
    server.set_app(closing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
