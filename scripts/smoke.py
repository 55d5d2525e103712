"""Uses a backend that was just deployed as a client does, and says in one line each what it saw.

    python scripts/smoke.py ENV [URL] [--read-only]

A product is read, an order is placed and read until a worker has completed it: gateway, service, databases, broker,
relay and worker have to do their part. Of an environment on this machine every replica's `/healthz` and `/readyz` is
asked, too; in a cluster the kubelet asks them, and `up` waits for it. Without URL it is the gateway's own address: that
of the platform on this machine, else what the stack exports. `--read-only` places no order.

Exit status 0: all of it works. 1: something does not within a minute, and the last line says what. 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

#: Seconds for one answer, until something that is not yet so counts as broken, and between two looks at it.
ANSWER, PATIENCE, INTERVAL = 10.0, 60.0, 0.25
PROBES = ("/healthz", "/readyz")
REMEDY = "Name the address: make smoke ENV=... URL=https://..."
#: What is bought: the seed has product 1, and so must whatever is asked.
ORDER = {"user_id": 1, "product_id": 1, "quantity": 2}


class SmokeError(Exception):
    """What does not work, in words."""


class _NoRedirect(HTTPRedirectHandler):
    """An answer that sends elsewhere is told as what it is: the order would arrive there as a GET."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def ask(url: str, body: Any = None) -> tuple[int, str]:
    """Return status and text of an answer; a body is sent as JSON by POST. Raises OSError where none comes."""
    request = Request(url, data=None if body is None else json.dumps(body).encode())  # noqa: S310 - checked by `main`
    request.add_header("User-Agent", "scalewright-smoke")
    if body is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with _OPENER.open(request, timeout=ANSWER) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")


def patiently(what: str, look: Callable[[], object], patience: float) -> None:
    """Look until it raises nothing; raises SmokeError with the last reason where it always does."""
    deadline = time.monotonic() + patience
    while True:
        try:
            look()
        except (SmokeError, OSError, ValueError) as error:
            if time.monotonic() > deadline:
                raise SmokeError(f"{what}: {error}; it was given {patience:.0f} s") from error
            time.sleep(INTERVAL)
        else:
            return


def answers(url: str, body: Any = None, *, expected: int = 200) -> str:
    """Return the text of the answer that is expected; raises SmokeError for another."""
    status, text = ask(url, body)
    if status != expected:
        raise SmokeError(
            f"{'GET' if body is None else 'POST'} {url} answers {status} instead of {expected}: {text[:200]}"
        )
    return text


def checks(url: str, replicas: Sequence[str], *, read_only: bool, patience: float) -> Iterator[str]:
    """Use the backend, and yield a line for each thing that works; raises SmokeError for the first that does not."""
    product = f"{url}/products/{ORDER['product_id']}"
    for address in (*(replica + probe for replica in replicas for probe in PROBES), product):
        patiently("it is not ready", partial(answers, address), patience)
        yield f"{address} answers 200"
    if read_only:
        return
    placed = json.loads(answers(f"{url}/orders", ORDER, expected=201))
    yield f"order {placed['id']} is accepted"
    begun = time.monotonic()
    patiently("no worker completes it", partial(is_completed, f"{url}/orders/{placed['id']}"), patience)
    yield f"order {placed['id']} is completed after {time.monotonic() - begun:.1f} s"


def is_completed(order: str) -> None:
    """Raise SmokeError for an order that is not completed, or not the one that was placed."""
    read = json.loads(answers(order))
    if read != read | ORDER | {"status": "completed"}:
        raise SmokeError(f"{order} is {json.dumps(read)}")


def _command(*command: str, also: Collection[int] = ()) -> str:
    """Return what a command prints; raises SmokeError with its own words where it ends with another status."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise SmokeError(f"{command[0]}: {error}. {REMEDY}") from error
    if done.returncode not in {0, *also}:
        raise SmokeError(f"{' '.join(command)}: {done.stderr.strip() or f'ended with {done.returncode}'}")
    return done.stdout.strip()


def _exported(environment: str) -> str:
    """Return the address that a stack exports; raises SmokeError where it has none."""
    url = _command("pulumi", "stack", "output", "url", "--stack", environment)
    if not url.startswith(("http://", "https://")):
        raise SmokeError(f"its stack exports no url. {REMEDY}")
    return url


def places(environment: str, url: str | None) -> tuple[str, list[str]]:
    """Return the gateway's address, and those of the replicas that run on this machine."""
    from scalewright.cli.arguments import find_project
    from scalewright.declaration import load

    backend = load(find_project(Path.cwd()), environment)
    if backend.platform != "local":
        return url or _exported(environment), []
    status = json.loads(_command(sys.executable, "-m", "scalewright", "status", "--json", environment, also=(1, 3)))
    own = [
        f"http://127.0.0.1:{process['port']}"
        for process in status["processes"]
        if process["port"] and process["name"].rpartition("-")[0] in backend.services
    ]
    found = url or status["url"]
    if not found or not own:
        raise SmokeError(f"{environment} is not running. Bring it up: make up ENV={environment}")
    return found, own


def main(arguments: Sequence[str]) -> int:
    """Run the checks; returns the exit status."""
    parser = argparse.ArgumentParser(prog="smoke", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("environment")
    parser.add_argument("url", nargs="?")
    parser.add_argument("--read-only", action="store_true", help="place no order")
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="SECONDS", help="%(default)s by default")
    given = parser.parse_args(arguments)
    if given.url and urlsplit(given.url).scheme not in {"http", "https"}:
        parser.error(f"URL is {given.url}; it must begin with http:// or https://")
    try:
        url, replicas = places(given.environment, given.url)
        for line in checks(url.rstrip("/"), replicas, read_only=given.read_only, patience=given.patience):
            print(f"smoke: {line}", flush=True)
    except SmokeError as error:
        print(f"smoke: {given.environment} does not work: {error}", file=sys.stderr)
        return 1
    print(f"smoke: {given.environment} works")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
