"""What the provider of a local backend answers where a machine does not take what is to be written."""

import errno
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.pulumi.program import Project

from scalewright.local.platform import LocalPlatform
from scalewright.local.resource import LocalProvider


def failing(number: int, path: Path) -> Any:
    def up(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number), str(path))

    return up


def test_a_full_disk_is_told_with_the_remedy_and_what_runs_is_held(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalPlatform, "up", failing(errno.ENOSPC, project.folder))
    outs = LocalProvider().create({"project": str(project.folder), "environment": "local"}).outs
    assert outs is not None
    assert outs["failure"] == (f"{project.folder}: No space left on device. Free space, then run the command again")
    assert outs["project"] == str(project.folder)


def test_what_nobody_can_mend_is_an_error_of_ours(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalPlatform, "up", failing(errno.EBADF, project.folder))
    with pytest.raises(OSError, match="Bad file descriptor"):
        LocalProvider().create({"project": str(project.folder), "environment": "local"})
