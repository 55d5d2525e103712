"""`scalewright render` as a user runs it: all files or none, the same everywhere, and every trouble in one line."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.cli.command import ROOT, SCALEWRIGHT, run

from scalewright.cli.render import SCRATCH, replace
from scalewright.plan.render import REFERENCES

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one's own with the shipped environments."""
    folder = tmp_path / "project"
    (folder / "stacks").mkdir(parents=True)
    for path in (ROOT / "stacks").iterdir():
        if path.is_file():
            shutil.copy(path, folder / "stacks")
    return folder


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("render") / "new" / "out"
    told = run("render", "dev", "-o", str(folder)).stdout
    count = len(list(folder.iterdir())) - 1
    assert told.startswith(f"dev: {count} objects in {folder} in ")
    assert told.endswith(f"what others must make: {folder / REFERENCES}\n")
    return folder


def test_every_file_is_an_object_and_one_page_tells_what_is_missing(rendered: Path) -> None:
    names = sorted(path.name for path in rendered.iterdir())
    assert names.pop() == REFERENCES
    assert [name[:3] for name in names] == [f"{number:03}" for number in range(1, len(names) + 1)]
    for name in names:
        manifest = yaml.safe_load((rendered / name).read_text())
        assert name[4:] == f"{manifest['kind'].lower()}-{manifest['metadata']['name']}.yaml"
    page = (rendered / REFERENCES).read_text()
    assert "## Needs these operators" in page
    assert "| cloudnative-pg | Cluster |" in page
    assert "| keda | ScaledObject, TriggerAuthentication |" in page


def test_another_folder_another_hash_seed_and_another_locale_give_the_same_bytes(
    rendered: Path, tmp_path: Path
) -> None:
    for seed, locale in (("1", "C.UTF-8"), ("4711", "POSIX")):
        again = tmp_path / seed
        run(
            "-C",
            str(ROOT),
            "render",
            "dev",
            "-o",
            seed,
            cwd=tmp_path,
            PYTHONHASHSEED=seed,
            LC_ALL=locale,
            TZ="Asia/Tokyo",
        )
        assert content(again) == content(rendered)


def test_what_an_earlier_render_left_is_replaced(tmp_path: Path, rendered: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(rendered, folder)
    (folder / "002-resourcequota-shop-dev.yaml").write_text("kind: Old\n")
    (folder / "099-job-of-yesterday.yaml").write_text("kind: Job\n")
    (folder / f"{SCRATCH}killed").mkdir()
    (folder / f"{SCRATCH}killed" / "001-namespace-half.yaml").write_text("kind: ")
    run("render", "dev", "-o", str(folder))
    assert content(folder) == content(rendered)


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    for name in ("values.yaml", "a", "b", "c", "d", "e", "notes.txt"):
        (tmp_path / name).write_text("mine")
    before = content(tmp_path)
    told = run("render", "dev", "-o", str(tmp_path), status=1).stderr
    assert told == (
        f"scalewright: {tmp_path} holds files that no render wrote: a, b, c, d, e and 2 more. "
        "Name an empty folder, or a new one\n"
    )
    assert content(tmp_path) == before


def test_a_folder_that_cannot_be_one_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    told = run("render", "dev", "-o", str(tmp_path / "file" / "out"), status=1).stderr
    assert told == (
        f"scalewright: {tmp_path / 'file' / 'out'} cannot be written: Not a directory. "
        "Name a folder that you may write to with --output\n"
    )
    assert "is a file" in run("render", "dev", "-o", str(tmp_path / "file"), status=2).stderr


def test_a_folder_that_one_may_not_write_to_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o555)
    ordinary: tuple[str, ...] = ()
    if os.geteuid() == 0:  # who may write everywhere
        ordinary = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
        if shutil.which("unshare") is None or subprocess.run([*ordinary, "true"], check=False).returncode:
            pytest.skip("root may write everywhere, and cannot be somebody else here")
    assert run("render", "dev", "-o", str(folder), status=1, before=ordinary).stderr == (
        f"scalewright: {folder} cannot be written: Permission denied. "
        "Name a folder that you may write to with --output\n"
    )


def test_the_output_must_be_named() -> None:
    assert "Missing option '-o' / '--output'" in run("render", "dev", status=2).stderr


def test_an_environment_without_manifests_is_refused(tmp_path: Path) -> None:
    assert run("render", "-o", str(tmp_path / "out"), status=1).stderr == (
        "scalewright: environment local is on platform local, which has no manifests. Name one on kubernetes\n"
    )
    assert not (tmp_path / "out").exists()


def test_an_unknown_environment_is_answered_with_those_there_are(tmp_path: Path) -> None:
    told = run("render", "produ", "-o", str(tmp_path / "out"), status=2).stderr
    assert "the environments are dev, local, prod, staging. Did you mean prod?" in told


def test_mistakes_of_the_overlay_are_told_together_and_nothing_is_written(project: Path) -> None:
    overlay = project / "stacks" / "Pulumi.dev.yaml"
    overlay.write_text(overlay.read_text().replace("instances: 1", "instances: 0").replace("max: 3", "max: 0"))
    told = run("render", "dev", "-o", "out", cwd=project, status=2).stderr.splitlines()
    assert len(told) == 2
    assert all(line.startswith("stacks/Pulumi.dev.yaml:") for line in told)
    assert not (project / "out").exists()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("x = 1\nx / 0\n", "stacks/__main__.py:2: it raises ZeroDivisionError: division by zero. Correct it"),
        ("x = = 1\n", "stacks/__main__.py:1: it raises SyntaxError: invalid syntax (__main__.py, line 1). Correct it"),
        ("import shopp\n", "stacks/__main__.py:1: it raises ModuleNotFoundError: No module named 'shopp'. Correct it"),
        (
            "import more\nmore.go()\n",
            "stacks/more.py:2: it raises KeyError: 'there'. Correct it",
        ),
        ("raise SystemExit('no')\n", "stacks/__main__.py:1: it ends by itself (no). Take the exit out"),
        ("import pulumi\nraise pulumi.RunError('no such thing')\n", "no such thing"),
    ],
)
def test_a_program_that_fails_is_told_by_its_line_and_nothing_is_written(
    project: Path, program: str, told: str
) -> None:
    (project / "stacks" / "__main__.py").write_text(program)
    (project / "stacks" / "more.py").write_text("def go():\n    {}['there']\n")
    assert run("render", "dev", "-o", "out", cwd=project, status=1).stderr == (
        f"scalewright: dev cannot be rendered: {told}\n"
    )
    assert not (project / "out").exists()


@pytest.mark.parametrize("package", ["pulumi", "pulumi_kubernetes", "pulumi_random"])
def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, package: str) -> None:
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('none', name='{package}')\n")
    script = "import sys; sys.path.insert(0, sys.argv.pop(1)); from scalewright.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "render", "dev", "-o", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"Error: render needs {package}. Run `pip install 'scalewright[kubernetes]'`\n"
    assert not (tmp_path / "out").exists()


def test_an_interrupted_render_leaves_the_folder_as_it_was(tmp_path: Path, rendered: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(rendered, folder)

    class Interrupting(dict[str, str]):
        def items(self):  # type: ignore[no-untyped-def]
            yield from list(super().items())[:2]
            raise KeyboardInterrupt

    files = Interrupting({"001-x-a.yaml": "a", "002-x-b.yaml": "b", "003-x-c.yaml": "c"})
    with pytest.raises(KeyboardInterrupt):
        replace(folder, files)
    assert content(folder) == content(rendered)
    with pytest.raises(KeyboardInterrupt):
        replace(tmp_path / "new", files)
    assert not (tmp_path / "new").exists()


def test_ctrl_c_ends_it_with_a_line_and_writes_nothing(project: Path) -> None:
    (project / "stacks" / "__main__.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    begun = subprocess.Popen(
        [*SCALEWRIGHT, "render", "dev", "-o", "out"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert begun.stdout is not None
    assert begun.stdout.readline() == "here\n"
    begun.send_signal(signal.SIGINT)
    _, told = begun.communicate(timeout=30)
    assert begun.returncode == 130
    assert "interrupted" in told
    assert "Traceback" not in told
    assert not (project / "out").exists()


def test_on_a_terminal_one_sees_that_it_is_at_work(project: Path) -> None:
    (project / "stacks" / "__main__.py").write_text("import time\ntime.sleep(2)\n")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    begun = subprocess.Popen(
        [*SCALEWRIGHT, "render", "dev", "-o", "out"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the end of a terminal
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    out, _ = begun.communicate(timeout=30)
    assert begun.returncode == 0
    assert b"dev: 1 s" in shown
    assert b"\x1b" not in out
