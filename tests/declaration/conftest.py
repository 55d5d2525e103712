"""A project of its own for every test."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from scalewright.declaration import Backend, Mistakes, load

if TYPE_CHECKING:
    from pathlib import Path

BASE = """\
from scalewright.declaration import *

backend = Backend(
    name="shop",
    postgres=Postgres(instances=2),
    redis=Redis(),
    services={
        "orders": Service(app="shop.main:app", routes=["/orders", "/products"], uses=["postgres", "redis"],
                          sends=["orders"], scale=Scale(min=2, max=6, metrics=[Cpu(50)])),
    },
    workers={"orders": Workers(app="shop.worker:celery", queues=["orders"], uses=["postgres"])},
    gateway=Gateway(rate_limit=RateLimit(average=200, burst=400)),
)
"""


@dataclass
class Project:
    """A folder with a declaration and stack files."""

    path: Path

    def declare(self, program: str | bytes) -> None:
        (self.path / "stacks").mkdir(exist_ok=True)
        raw = program if isinstance(program, bytes) else dedent(program).encode()
        (self.path / "stacks" / "backend.py").write_bytes(raw)

    def stack(self, content: str | bytes, environment: str = "local") -> None:
        """Write a whole stack file."""
        raw = content if isinstance(content, bytes) else dedent(content).encode()
        (self.path / "stacks" / f"Pulumi.{environment}.yaml").write_bytes(raw)

    def overlay(self, changes: str, environment: str = "local") -> None:
        """Write a stack file that changes the backend so; its first change is in line 3, column 5."""
        self.stack("config:\n  scalewright:backend:\n" + indent(dedent(changes).lstrip("\n"), "    "), environment)

    def load(self, environment: str = "local") -> Backend:
        return load(self.path, environment)

    def mistakes(self, environment: str = "local") -> list[str]:
        """What loading is refused with, a line each."""
        with pytest.raises(Mistakes) as caught:
            self.load(environment)
        return str(caught.value).splitlines()

    def mistake(self, environment: str = "local") -> str:
        """The only mistake."""
        mistakes = self.mistakes(environment)
        assert len(mistakes) == 1, mistakes
        return mistakes[0]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.declare(BASE)
    made.stack("")
    return made
