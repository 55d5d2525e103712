"""The plan of an environment, made in a process of its own: of another revision, beside that of this one.

One program cannot run beside another in a process, and what the declarations of two revisions import has the same
names. The revision's declaration is read by this toolkit, not by the one of its time.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.declaration.errors import Mistakes
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from types import TracebackType

    from scalewright.plan.resources import Resource


class Plan(NamedTuple):
    """What a process found: the platform of the environment, None where it is not there, and what it makes there."""

    platform: str | None
    resources: tuple[Resource, ...]


class Snapshot:
    """A plan that is being made; what is still at work when the block ends is ended.

    `module` is what makes it: it is run with the project, the environment, the file to write, and whatever `more` is.
    """

    def __init__(
        self, project: Path, environment: str, scratch: Path, name: str, module: str = __name__, *more: str
    ) -> None:
        self._name = name
        self._file = scratch / "plan.json"
        # -P: a folder of the revision that is called like the toolkit must not take its place.
        command = [sys.executable, "-P", "-m", module, str(project), environment, str(self._file), *more]
        self._process = subprocess.Popen(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with self._process:  # waits for its end, and closes what is connected to it
            self.end()

    def end(self) -> None:
        """End it, from whichever thread; who waits for its text is told that there is none."""
        self._process.kill()

    def text(self, remedy: str = "Name a revision whose program runs") -> str:
        """Wait for it, and return what it wrote. Raises PlatformError, which says which side it is of."""
        _, said = self._process.communicate()
        if self._process.returncode or not self._file.exists():
            last = (said.splitlines() or ["it does not say why"])[-1]
            raise PlatformError(
                f"at {self._name}: the plan ended with status {self._process.returncode}: {last}. {remedy}"
            )
        return self._file.read_text(encoding="utf-8")

    def plan(self) -> Plan:
        """Wait for it. Raises PlatformError, with a line for each mistake, that says which side it is of."""
        found = json.loads(self.text())
        if troubles := found["troubles"]:
            raise PlatformError(*(f"at {self._name}: {one}" for one in troubles))
        from scalewright.plan.resources import Resource

        return Plan(found["platform"], tuple(Resource(**one) for one in found["resources"]))


def _found(project: Path, environment: str) -> dict[str, Any]:
    from scalewright.declaration import environments, load

    nothing: dict[str, Any] = {"platform": None, "resources": [], "troubles": []}
    if environment not in environments(project):
        return nothing
    try:
        platform = load(project, environment).platform
        if platform != "kubernetes":
            return {**nothing, "platform": platform}
        return {**nothing, "platform": platform, "resources": _resources(project, environment)}
    except Mistakes as mistakes:
        return {**nothing, "troubles": str(mistakes).splitlines()}
    except PlatformError as error:
        return {**nothing, "troubles": list(error.troubles)}


def _resources(project: Path, environment: str) -> list[dict[str, Any]]:
    from scalewright.evaluation import ProgramError
    from scalewright.program import plan

    try:
        # Components only group others, and who waits for whom is nobody's concern who compares.
        made = [one for one in plan(project, environment) if one.custom]
        return [one.model_dump(mode="json", exclude={"depends_on", "parent"}) for one in made]
    except ProgramError as error:
        lines = str(error).splitlines()
        raise PlatformError(*(f"{environment} cannot be planned: {line}" for line in lines)) from error


def main() -> None:
    """Write the plan of an environment of a project into a file."""
    project, environment, file = sys.argv[1:]
    Path(file).write_text(json.dumps(_found(Path(project), environment)), encoding="utf-8")
    gc.freeze()  # what ends needs not look for cycles, which takes long among all that Pulumi's SDK is


if __name__ == "__main__":
    main()
