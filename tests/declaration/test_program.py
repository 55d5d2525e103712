"""What can be wrong with the program that declares the backend."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

IMPORTS = "from scalewright.declaration import *\n"
BROKEN = {
    "no Python": ("backend = (\n", ["stacks/backend.py:1:11: it is not Python: '(' was never closed. Correct it."]),
    "no UTF-8": (b"\xff\n", ["stacks/backend.py:1"]),
    "no backend": (
        "x = 1\n",
        ["stacks/backend.py: it must hold a Backend of the name backend. Write backend = Backend("],
    ),
    "another thing of that name": ("backend = 3\n", ["stacks/backend.py: it must hold a Backend of the name backend."]),
    "an unknown name": (
        "\n\nbackend = Bakend()\n",
        ["stacks/backend.py:3: it raises NameError: name 'Bakend' is not defined."],
    ),
    "an exit": ("import sys\nsys.exit(3)\n", ["stacks/backend.py:2: it raises SystemExit: 3."]),
    "a text that is no quantity": (
        IMPORTS + "x = Quantity('1 GB')\n",
        ["stacks/backend.py:2: it raises QuantityError: '1 GB' is not"],
    ),
    "a refused part": (
        IMPORTS + "x = 1\ny = Service(app='x', rout=['/'])\n",
        [
            "stacks/backend.py:3: Service.app is 'x'; it must be package.module:attribute.",
            "stacks/backend.py:3: Service.routes is missing; it must be given.",
            "stacks/backend.py:3: Service.rout is not a setting;",
        ],
    ),
    "a refused metric": (
        IMPORTS + "Cpu('50')\n",
        ["stacks/backend.py:2: Cpu.utilization is '50'; it must be a whole number."],
    ),
    "too many figures": (
        IMPORTS + "Backlog(50, 60, 70)\n",
        [
            "stacks/backend.py:2: Backlog.type is 60; it must be left out",
            "stacks/backend.py:2: Backlog[2] is 70; it must be left out",
        ],
    ),
    "parts that disagree": (
        IMPORTS + "backend = Backend(name='shop', gateway=Gateway(), services={\n"
        "    'a': Service(app='a:b', routes=['/'], uses=['redis'], sends=['q'])})\n",
        [
            "stacks/backend.py:2: services.a.uses[0] is 'redis'; it must be a part that is declared (none is).",
            "stacks/backend.py:2: services.a.sends[0] is 'q'; it must be a queue that some workers",
            "stacks/backend.py:2: redis is missing; it must be declared, because it is the broker of the queues 'q'.",
        ],
    ),
    "a validator of its own": (
        "import pydantic\nclass Mine(pydantic.BaseModel):\n    x: int\nMine(x='y')\n",
        ["stacks/backend.py:4: it raises ValidationError: 1 validation error for Mine."],
    ),
}


@pytest.mark.parametrize(("program", "messages"), BROKEN.values(), ids=BROKEN)
def test_a_broken_program_is_told_by_its_line_without_a_traceback(
    project: Project, program: str | bytes, messages: list[str]
) -> None:
    project.declare(program)
    told = project.mistakes()
    assert len(told) == len(messages), told
    for line, message in zip(told, messages, strict=True):
        assert line.startswith(message)


def test_a_missing_program_is_told_with_its_first_line(project: Project) -> None:
    (project.path / "stacks" / "backend.py").unlink()
    assert project.mistake() == (
        "stacks/backend.py: the file is missing. Create it with a declaration: backend = Backend(name=...)."
    )


def test_a_program_may_import_what_lies_beside_it_and_leaves_nothing_behind(project: Project) -> None:
    (project.path / "stacks" / "sizes.py").write_text("INSTANCES = 3\n")
    project.declare(
        IMPORTS + "import sizes\nbackend = Backend(name='shop', postgres=Postgres(instances=sizes.INSTANCES))\n"
    )
    path = list(sys.path)
    backend = project.load()
    assert backend.postgres is not None
    assert backend.postgres.instances == 3
    assert "sizes" not in sys.modules
    assert "backend" not in sys.modules
    assert sys.path == path
    (project.path / "stacks" / "sizes.py").write_text("INSTANCES = 4  # edited\n")
    backend = project.load()
    assert backend.postgres is not None
    assert backend.postgres.instances == 4


def test_an_error_of_what_a_program_imports_is_told_by_the_line_of_the_import(project: Project) -> None:
    (project.path / "stacks" / "sizes.py").write_text("def\n")
    project.declare("\nimport sizes\n")
    assert project.mistake().startswith(
        "stacks/backend.py:2: it raises SyntaxError: invalid syntax (sizes.py, line 1)."
    )


def test_a_program_that_fails_leaves_the_search_path_as_it_was(project: Project) -> None:
    project.declare("raise RuntimeError('two\\nlines')")
    path = list(sys.path)
    assert project.mistake() == "stacks/backend.py:1: it raises RuntimeError: two. Correct it."
    assert sys.path == path
