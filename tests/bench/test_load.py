"""What load tools print, and what they send."""

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bench.load import Report, Target, load, parse_locust, parse_wrk

NEEDS_WRK = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


def test_the_last_line_of_wrk_is_the_report() -> None:
    output = (
        "Running 10s test @ http://127.0.0.1:8080\n  1 threads and 64 connections\n"
        '{"requests":1000,"seconds":10.000000,"p50":0.020000,"p99":0.050000,"refused":10,"broken":2,"late":1}\n'
    )
    report = parse_wrk(output)
    assert report == Report(1000, 10.0, 0.02, 0.05, refused=10, broken=2, late=1)
    assert report.rate == 99
    assert report.errors == 13
    assert report.detail == "p50 20.0 ms, p99 50.0 ms, 13 errors"


def test_a_load_that_nobody_answered_has_no_latency() -> None:
    report = Report(0, 10.0, 0.0, 0.0, refused=0, broken=0, late=64)
    assert report.rate == 0
    assert report.detail == "no answer, 64 errors"


def _kind(times: dict[str, int], failures: int, begun: float, ended: float | None) -> dict[str, object]:
    return {
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "response_times": times,
        "start_time": begun,
        "last_request_timestamp": ended,
    }


def test_the_kinds_of_locust_are_put_together() -> None:
    kinds = [_kind({"10": 60, "20": 20}, 0, 100.0, 104.0), _kind({"10": 10, "30.0": 8, "400": 2}, 3, 101.0, 105.0)]
    report = parse_locust(json.dumps(kinds))
    assert (report.requests, report.seconds, report.errors) == (100, 5.0, 3)
    assert (report.p50, report.p99) == (0.01, 0.4)


def test_locust_without_an_answer_is_no_division_by_zero() -> None:
    assert parse_locust("[]").rate == 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    seen: Counter[tuple[str, str]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen[self.command, self.path.partition("?")[0].rstrip("0123456789")] += 1
        self.send_response(201 if body and json.loads(body)["quantity"] == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.seen = Counter()
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@NEEDS_WRK
@pytest.mark.parametrize(
    ("kind", "request_line"),
    [("create", ("POST", "/orders")), ("read", ("GET", "/orders/")), ("list", ("GET", "/orders"))],
)
def test_wrk_sends_the_kind_of_request_that_was_asked_for(
    server: _Server, kind: str, request_line: tuple[str, str]
) -> None:
    target = Target(f"http://127.0.0.1:{server.server_port}", orders=100, users=10)
    report = load(target, kind, connections=2, seconds=1)  # type: ignore[arg-type]
    assert report.requests > 0
    assert report.errors == 0
    assert set(server.seen) == {request_line}


@NEEDS_WRK
def test_a_mixed_load_has_every_kind(server: _Server) -> None:
    load(Target(f"http://127.0.0.1:{server.server_port}", orders=100, users=10), "mixed", connections=2, seconds=1)
    assert set(server.seen) == {("POST", "/orders"), ("GET", "/orders/"), ("GET", "/orders")}
    assert server.seen.most_common(1)[0][0] == ("GET", "/orders/")
