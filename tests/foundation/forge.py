"""A code host that keeps comments, as the interfaces of GitHub and GitLab do; on a free port of this machine."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token"
GITHUB, GITLAB = "/repos/acme/shop/issues/7/comments", "/projects/42/merge_requests/7/notes"


class Forge:
    """Comments of one change. `refuses` is the status of every write, `elsewhere` the place where everybody is sent."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.refuses = 0
        self.elsewhere = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, body: str, *, by: str, kind: str = "User") -> None:
        """Let somebody write."""
        comment = {"id": len(self.comments) + 1, "body": body}
        self.comments.append(comment | {"user": {"login": by, "type": kind}, "author": {"username": by}})

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Do what is asked of it."""
        self.asked.append((method, urlsplit(path).path))
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if place == "/user":
            return 200, {"username": "scalewright"}
        if method == "GET" and place in {GITHUB, GITLAB}:
            size, number = (int(query[name][0]) for name in ("per_page", "page"))
            return 200, self.comments[size * (number - 1) : size * number]
        if self.refuses:
            return self.refuses, {"message": "Resource not accessible by integration"}
        if method == "POST" and place in {GITHUB, GITLAB}:
            self.add(body["body"], by="scalewright", kind="Bot")
            return 201, self.comments[-1]
        found = re.fullmatch(rf"(?:/repos/acme/shop/issues/comments|{GITLAB})/(\d+)", place)
        if found and method == ("PUT" if place.startswith(GITLAB) else "PATCH"):
            self.comments[int(found[1]) - 1]["body"] = body["body"]
            return 200, self.comments[int(found[1]) - 1]
        return 404, {"message": "Not Found"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                if forge.elsewhere:
                    self.send_response(307)
                    self.send_header("Location", forge.elsewhere)
                    self.end_headers()
                    return
                told = {self.headers.get("Authorization"), self.headers.get("PRIVATE-TOKEN")}
                allowed = bool(told & {f"Bearer {TOKEN}", TOKEN})
                status, answer = forge.answer(self.command, self.path, body) if allowed else (401, {"message": "who?"})
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - so they are called

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        return Handler
