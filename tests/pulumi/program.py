"""The Pulumi program of a project, run under the SDK's mocks: what it registers, and what it exports."""

from __future__ import annotations

import asyncio
import runpy
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi.runtime.mocks import MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@dataclass
class Project:
    """A copy of the shop in a folder of its own."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("stacks", "app"):
            shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def overlay(self, text: str) -> None:
        """Write the stack file of the environment `local`, below `scalewright:backend`."""
        lines = "".join(f"    {line}\n" for line in text.splitlines())
        (self.folder / "stacks" / "Pulumi.local.yaml").write_text(f"config:\n  scalewright:backend:\n{lines}")


@dataclass
class Engine(Mocks):
    """Takes what is registered, and answers with the inputs and what is `added` to them."""

    added: dict[str, Any] = field(default_factory=dict)
    registered: list[MockResourceArgs] = field(default_factory=list)
    exported: dict[str, Any] = field(default_factory=dict)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.registered.append(args)
        return "id", {**args.inputs, **self.added}

    def call(self, args: object) -> Any:
        raise AssertionError(args)


async def run(project: Project, stack: str = "local", **added: Any) -> Engine:
    """Run the program to its end, as Pulumi's language host does."""
    engine = Engine(added)
    with _threads_with_a_loop():
        set_mocks(engine, project="scalewright", stack=stack, preview=False)
        await run_pulumi_func(lambda: _run(project.folder / "stacks"))
    root = get_root_resource()
    assert isinstance(root, Stack)
    engine.exported = {name: await output.future() for name, output in root.outputs.items()}
    return engine


def _run(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


@contextmanager
def _threads_with_a_loop() -> Iterator[None]:
    """Give the mocked engine's thread an event loop: the one that the SDK would make for it is never closed."""
    with (
        closing(asyncio.new_event_loop()) as loop,
        ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(loop,)) as executor,
    ):
        asyncio.get_running_loop().set_default_executor(executor)
        yield
