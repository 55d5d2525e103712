"""Calls of the provider of a local backend, each in a process of its own as Pulumi makes them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi.runtime import rpc

from scalewright.declaration import load
from scalewright.local.platform import LocalPlatform
from scalewright.local.resource import LocalProvider, described

if TYPE_CHECKING:
    from tests.e2e.local.stack import Stack

Properties = dict[str, Any]


@dataclass
class Answer:
    """What a call returned, and what it told meanwhile."""

    id: str | None
    outs: Properties
    told: str


def call(method: str, *arguments: Any, status: int = 0) -> Answer:
    """Call a method of the provider."""
    done = subprocess.run(
        [sys.executable, __file__, method, json.dumps(arguments)],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == status, f"{method} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    answer = json.loads(done.stdout) if done.stdout else {}
    return Answer(answer.get("id"), answer.get("outs") or {}, done.stderr)


def inputs(stack: Stack) -> Properties:
    """Return what the program asks for."""
    with closing(LocalPlatform(stack.project, "local")) as platform:
        plan = platform.survey(load(stack.project, "local")).plan
    return sent({"project": str(stack.project), "environment": "local", **described(plan)})


def sent(properties: Properties) -> Properties:
    """Return properties as they come out at the other end of Pulumi's protocol, where every number is a float."""
    received: Properties = rpc.deserialize_properties(asyncio.run(rpc.serialize_properties(properties, {})))
    return received


def processes(properties: Properties) -> set[str]:
    """Return the names of the processes and jobs among properties."""
    return {name for name, value in properties.items() if isinstance(value, dict)}


def main(method: str, arguments: str) -> None:
    """Call a method and write what it returned."""
    result = getattr(LocalProvider(), method)(*json.loads(arguments))
    if result is not None:
        json.dump({"id": getattr(result, "id", None), "outs": sent(result.outs or {})}, sys.stdout)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    main(*sys.argv[1:])
