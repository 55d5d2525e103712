"""Kubeconfigs of tests, and servers of this machine that they lead to."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "a-token-that-nobody-may-see"


def kubeconfig(server: str = "https://127.0.0.1:1", *contexts: str, current: str | None = None, **user: Any) -> str:
    """Return the text of a kubeconfig with one cluster, one user, and contexts of them."""
    names = contexts or ("test",)
    cluster = {"server": server, "insecure-skip-tls-verify": True}
    return json.dumps(
        {
            "clusters": [{"name": "one", "cluster": cluster}],
            "users": [{"name": "me", "user": user or {"token": TOKEN}}],
            "contexts": [{"name": name, "context": {"cluster": "one", "user": "me"}} for name in names],
            "current-context": current or names[0],
        }
    )


@contextmanager
def serving(answer: Callable[[str, str], tuple[int, str]], folder: Path | None = None) -> Iterator[str]:
    """Run a server that answers by path and authorization; with a folder for its certificate it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that nobody signed, and its key."""
    paths = folder / "server.crt", folder / "server.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-out", str(paths[0]), "-keyout", str(paths[1])], check=True, capture_output=True)
    return paths
