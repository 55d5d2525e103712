"""`scalewright logs`, run as a user would on logs that the tests write and rotate as the supervisor does."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scalewright.local.site import UNPRIVILEGED

ROOT = Path(__file__).parents[2]
#: Permissions do not bind root, except in a user namespace in which it is nobody.
BOUND = UNPRIVILEGED["userns" if os.geteuid() == 0 else "self"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def folder(project: Path) -> Path:
    """The logs of environment local."""
    folder = project / ".scalewright" / "local" / "logs"
    folder.mkdir(parents=True)
    return folder


def run(project: Path, *arguments: str, status: int = 0) -> str:
    """Run a command to its end, and return what it printed on both streams."""
    command = [*BOUND, sys.executable, "-m", "scalewright", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@contextmanager
def following(project: Path, *arguments: str) -> Iterator[Iterator[str]]:
    """Follow the logs, yield the lines as they come; Ctrl-C at the end, which must be a clean one."""
    command = [sys.executable, "-m", "scalewright", "logs", "-f", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=project, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield iter(process.stdout)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=30) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def rotate(log: Path) -> None:
    """Rename a log and begin a new one, as supervisor.loggers.RotatingFileHandler does with one backup."""
    log.rename(log.with_name(f"{log.name}.1"))
    log.touch()


def test_the_last_lines_of_every_log_are_printed_beside_its_name(project: Path, folder: Path) -> None:
    append(folder / "orders-1.log", "one\ntwo\r\nthree\n")
    append(folder / "redis.log", "ready\n")
    append(folder / "redis.log.1", "long ago\n")
    assert run(project, "logs", "-n", "2").splitlines() == [
        "orders-1 | two",
        "orders-1 | three",
        "redis    | ready",
    ]
    assert run(project, "logs", "-n", "0") == ""


def test_an_unfinished_last_line_is_one_of_the_last_lines(project: Path, folder: Path) -> None:
    append(folder / "orders-1.log", "one\ntwo\nthr")
    assert run(project, "logs", "-n", "2") == "orders-1 | two\norders-1 | thr\n"


def test_an_unfinished_line_that_is_followed_is_printed_when_it_is_complete(project: Path, folder: Path) -> None:
    append(folder / "redis.log", "one\nunfin")
    with following(project) as lines:
        assert next(lines) == "redis | one\n"
        append(folder / "redis.log", "ished\n")
        assert next(lines) == "redis | unfinished\n"


def test_what_is_written_while_the_last_lines_are_printed_is_not_lost(project: Path, folder: Path) -> None:
    many = 20_000  # more than a pipe holds, so that the command waits in the middle of them
    append(folder / "redis.log", "".join(f"{number}\n" for number in range(many)))
    with following(project, "-n", str(many)) as lines:
        assert next(lines) == "redis | 0\n"
        append(folder / "redis.log", "meanwhile\n")
        assert [next(lines) for _ in range(many)][-2:] == [f"redis | {many - 1}\n", "redis | meanwhile\n"]


def test_a_log_is_followed_through_its_rotations_without_losing_or_breaking_a_line(project: Path, folder: Path) -> None:
    log = folder / "redis.log"
    append(log, "begin\n")
    with following(project) as lines:
        assert next(lines) == "redis | begin\n"
        for number in range(5):
            append(log, f"last of {number}\nhalf")
            rotate(log)
            append(log, f" and half\nfirst after {number}\n")
            expected = [f"last of {number}", "half and half", f"first after {number}"]
            assert [next(lines) for _ in expected] == [f"redis | {text}\n" for text in expected]
        append(log, "end\n")
        assert next(lines) == "redis | end\n"


def test_a_log_is_followed_while_there_is_no_new_file_yet(project: Path, folder: Path) -> None:
    log, renamed = folder / "redis.log", folder / "redis.log.1"
    append(log, "begin\n")
    with following(project) as lines:
        assert next(lines) == "redis | begin\n"
        log.rename(renamed)
        append(renamed, "last\n")
        assert next(lines) == "redis | last\n"
        append(log, "first\n")
        assert next(lines) == "redis | first\n"


@pytest.mark.parametrize("refused", [".scalewright", ".scalewright/local", ".scalewright/local/logs/redis.log"])
def test_logs_of_another_user_are_one_clear_line_with_the_remedy(project: Path, folder: Path, refused: str) -> None:
    append(folder / "redis.log", "one\n")
    mode = (project / refused).stat().st_mode
    (project / refused).chmod(0)
    try:
        output = run(project, "logs", status=1)
    finally:
        (project / refused).chmod(mode)
    read = folder / "redis.log" if refused.endswith(".log") else folder
    assert output == (
        f"scalewright: {read} cannot be read: Permission denied. Run this as the user who started the environment, or "
        "give yourself the folder\n"
    )


def test_an_unknown_environment_is_answered_as_down_answers_it(project: Path) -> None:
    output = run(project, "logs", "-e", "nope", status=2)
    assert "the environments are dev, local, prod, staging" in output
    assert output == run(project, "down", "nope", status=2)


@pytest.mark.parametrize("name", ["..", "local/logs", ""])
def test_what_is_no_name_of_an_environment_is_refused(project: Path, folder: Path, name: str) -> None:
    assert "is no name of an environment" in run(project, "logs", "--env", name, status=2)


def test_an_environment_without_logs_is_told_how_to_get_them(project: Path) -> None:
    told = "scalewright: environment local has no logs here. Start it with `scalewright up`\n"
    assert run(project, "logs", status=1) == told
    (project / ".scalewright").write_text("in the way")
    assert run(project, "logs", status=1) == told


def test_an_unknown_process_is_answered_with_the_nearest_and_all(project: Path, folder: Path) -> None:
    append(folder / "gateway.log", "one\n")
    append(folder / "redis.log", "one\n")
    assert run(project, "logs", "gatewy", status=1) == (
        "scalewright: there is no log of 'gatewy'. Did you mean 'gateway'? There are: gateway, redis\n"
    )
