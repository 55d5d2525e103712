"""Judges of manifests by others: checkov and kube-score, where they are on PATH."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from scalewright.plan.render import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = "1.34"
SKIPS = Path(__file__).with_name("skips.yaml")


class Finding(NamedTuple):
    """What a judge finds wrong: the check, and the object as ``Kind/name``."""

    check: str
    on: str


@dataclass(frozen=True)
class Skip:
    """Findings of a check that are right as they are, on objects by a shell pattern; in all environments by default."""

    check: str
    objects: str
    why: str
    environments: tuple[str, ...] = ()

    def covers(self, finding: Finding, environment: str) -> bool:
        here = not self.environments or environment in self.environments
        return here and finding.check == self.check and fnmatchcase(finding.on, self.objects)


@dataclass(frozen=True)
class Judge:
    """A program that judges manifests: its arguments before the names of files, and how its JSON is read."""

    program: str
    remedy: str
    arguments: tuple[str, ...]
    read: Callable[[Any], Iterator[Finding]]

    def findings(self, folder: Path) -> list[Finding]:
        """Return all that it finds; skips the test where the program is not here."""
        if shutil.which(self.program) is None:
            pytest.skip(f"{self.program} is not on PATH. {self.remedy}")
        command = [self.program, *self.arguments, *sorted(path.name for path in folder.glob("*.yaml"))]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        try:
            return sorted(set(self.read(json.loads(done.stdout))))
        except ValueError:
            raise AssertionError(f"{self.program} ended with {done.returncode}: {done.stdout}{done.stderr}") from None

    def skips(self) -> list[Skip]:
        """Return what is right as it is."""
        listed = yaml.safe_load(SKIPS.read_text())[self.program]
        return [Skip(**{**one, "environments": tuple(one.get("environments", ()))}) for one in listed]


def _of_checkov(said: Any) -> Iterator[Finding]:
    assert said["summary"]["parsing_errors"] == 0
    assert said["summary"]["passed"] > 0
    for one in said["results"]["failed_checks"]:
        kind, _, name = one["resource"].split(".", 2)
        yield Finding(one["check_id"], f"{kind}/{name}")


def _of_kube_score(said: Any) -> Iterator[Finding]:
    for one in said:
        on = f"{one['type_meta']['kind']}/{one['object_meta']['name']}"
        for check in one["checks"]:
            if not check["skipped"] and check["grade"] < ALMOST_OK:
                for comment in check["comments"]:
                    yield Finding(f"{check['check']['id']}: {comment['summary']}", on)


#: The grade of kube-score above `warning` and `critical`.
ALMOST_OK = 7

JUDGES = {
    "checkov": Judge(
        "checkov",
        "`python3 -m venv ~/.checkov && ~/.checkov/bin/pip install checkov` brings it to ~/.checkov/bin",
        ("--skip-download", "--quiet", "--compact", "--framework", "kubernetes", "--output", "json", "-f"),
        _of_checkov,
    ),
    "kube-score": Judge(
        "kube-score",
        "`go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0` brings it to ~/go/bin",
        ("score", "--kubernetes-version", f"v{VERSION}", "--output-format", "json"),
        _of_kube_score,
    ),
}


def judged(judge: str, manifests: list[dict[str, Any]]) -> list[Finding]:
    """Return what a judge finds wrong with manifests; skips the test where the program is not here."""
    with TemporaryDirectory() as folder:
        for number, one in enumerate(manifests):
            (Path(folder) / f"{number:03}.yaml").write_text(text(one))
        return JUDGES[judge].findings(Path(folder))
