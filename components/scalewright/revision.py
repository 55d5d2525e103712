"""A revision of the project in git: found by its name, and written into a folder.

The repository is only read: neither its index nor its worktrees know of it afterwards.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from scalewright.declaration.environment import FOLDER
from scalewright.declaration.wording import nearest
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = "HEAD"
#: What a hook of git sets for its own repository and index: https://git-scm.com/docs/githooks
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
SHORT = 7


class Revision(NamedTuple):
    """A commit, by what it was called."""

    name: str
    commit: str
    top: str
    """The folder that git has checked out."""
    prefix: str
    """The project's folder below that, empty where it is the same."""

    def __str__(self) -> str:
        short = self.commit[:SHORT]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"


def is_checkout(project: Path) -> bool:
    """Whether a folder belongs to a repository of git."""
    return _git(project, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true"


def find(project: Path, name: str, *, instead: bool = True) -> Revision:
    """Return a revision by its name. Raises PlatformError where there is none, with the nearest that there is.

    `instead` tells whether a folder or a cluster would do as well, which is then said.
    """
    placed = _git(project, "rev-parse", "--show-toplevel", "--show-prefix")
    if placed.returncode:
        raise PlatformError(_no_checkout(project, name, placed.stderr, instead=instead))
    top, prefix = placed.stdout.splitlines()
    found = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode or not name:
        raise PlatformError(_unknown(project, name, instead=instead))
    return Revision(name, found.stdout.strip(), top, prefix.rstrip("/"))


def parting(project: Path, name: str) -> Revision:
    """Return where the history of what is checked out left that of another revision, by that one's name.

    What a branch changes is what differs from there, and not what others have merged since:
    https://git-scm.com/docs/git-merge-base. Raises PlatformError where git does not know it.
    """
    other = find(project, name, instead=False)
    found = _git(project, "merge-base", other.commit, DEFAULT)
    if found.returncode:
        why = f"{other} and {DEFAULT} have no commit in common"
        if _is_shallow(project):
            raise PlatformError(f"{why} in this clone, which is shallow. {_DEEPER}")
        raise PlatformError(f"{why}. Name a revision from which this one came")
    return other._replace(commit=found.stdout.strip())


def is_clean(project: Path) -> bool:
    """Whether a project is as its last commit has it; what is new beside its declaration makes no difference."""
    changed = _git(project, "status", "--porcelain", "--untracked-files=no", "--", ".")
    new = _git(project, "ls-files", "--others", "--exclude-standard", "--", FOLDER)
    return not (changed.stdout + new.stdout).strip()


def _is_shallow(project: Path) -> bool:
    return _git(project, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"


def write(revision: Revision, scratch: Path) -> Path:
    """Write the project as a revision has it into a scratch folder, and return where; raises PlatformError.

    A revision in which the project was not there yet is an empty folder.
    """
    folder = scratch / "project"
    folder.mkdir()
    environment = {"GIT_INDEX_FILE": str(scratch / "index"), "GIT_LFS_SKIP_SMUDGE": "1"}
    tree = f"{revision.commit}:{revision.prefix}" if revision.prefix else f"{revision.commit}^{{tree}}"
    if _git(revision.top, "rev-parse", "--verify", "--quiet", tree).returncode:
        return folder
    for command in (("read-tree", tree), ("checkout-index", "--all", f"--prefix={folder}/")):
        done = _git(revision.top, *command, **environment)
        if done.returncode:
            raise PlatformError(
                f"{revision} cannot be read from git: {_first(done.stderr)}. Fetch what is missing, or name another"
            )
    return folder


def _git(folder: Path | str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env={**inherited, "LC_ALL": "C", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise PlatformError(
            "git is not on PATH, so that no revision can be read. Install it; without it, `scalewright preview "
            "--against ./DIR` compares with a folder"
        ) from error


def _no_checkout(project: Path, name: str, said: str, *, instead: bool) -> str:
    if "not a git repository" in said or not said:
        remedy = _INSTEAD if instead else "Run this in a checkout of git"
        return f"{project} is no checkout of git, so that it has no revision {name}. {remedy}"
    remedy = "Mend that, or name a folder with --against ./DIR" if instead else "Mend that"
    return f"git does not read {project}: {_first(said)}. {remedy}"


_INSTEAD = "Name a folder that `scalewright render` wrote with --against ./DIR, or --against cluster"
_DEEPER = "`git fetch --unshallow` brings the rest; a workflow of GitHub has it by `fetch-depth: 0` of actions/checkout"


def _unknown(project: Path, name: str, *, instead: bool) -> str:
    listed = _git(project, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    known = listed.stdout.split()
    if name == DEFAULT or not known:
        return f"{project} has no commit yet to compare with. {_INSTEAD if instead else 'Commit something first'}"
    near = next((one for one in known if one.endswith(f"/{name}")), None) or nearest(name, known)
    folder = "; a folder is written ./DIR" if instead else ""
    hint = f"Did you mean {near}?" if near else f"Name a branch, a tag or a commit{folder}"
    if _is_shallow(project):
        hint += f"{'' if near else '.'} This clone is shallow: {_DEEPER}"
    return f"there is no revision {name!r}{', and no such folder' if instead else ''}. {hint}"


def _first(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[0].removeprefix("fatal: ").rstrip(".") if lines else "it does not say why"
