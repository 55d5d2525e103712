"""Secrets in the files in which an environment is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.policies.projects import project

from scalewright.plan.policy import Objects, Subject, check
from scalewright.policies.sources import PLAINTEXT, subjects

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


def found(folder: Path, environment: str = "prod") -> list[tuple[str, int | None, str]]:
    report = check(Objects(subjects(folder, environment)), [PLAINTEXT])
    assert report.failures == ()
    for one in report.findings:
        assert TOKEN not in one.model_dump_json()
    return [(one.file, one.line, one.path) for one in report.findings]


def test_a_token_in_a_stack_file_is_found_with_its_line(tmp_path: Path) -> None:
    file = project(tmp_path) / "stacks" / "Pulumi.prod.yaml"
    file.write_text(
        "config:\n  scalewright:backend:\n    services:\n      orders:\n        environment:\n"
        f"          LOG_LEVEL: info\n          GITHUB: {TOKEN}\n  shop:list:\n  - {TOKEN}\n"
    )
    assert found(tmp_path) == [
        ("stacks/Pulumi.prod.yaml", 7, "config.scalewright:backend.services.orders.environment.GITHUB"),
        ("stacks/Pulumi.prod.yaml", 9, "config.shop:list[0]"),
    ]
    assert found(tmp_path, "dev") == []


def test_what_pulumi_has_encrypted_is_no_plain_text(tmp_path: Path) -> None:
    file = project(tmp_path) / "stacks" / "Pulumi.prod.yaml"
    sealed = "v1:Jq2mXkO0Qv3Yx0aP:7sKc0pZQk0m1qNn4yEwQ9m5nQw=="
    file.write_text(f"encryptionsalt: v1:Hx7aPq2mXkO=:{sealed}\nconfig:\n  shop:token:\n    secure: {sealed}\n")
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        f'TOKEN = "{TOKEN}"',
        f'token: str = "{TOKEN}"',
        f'call(token="{TOKEN}")',
        f'values = {{"token": "{TOKEN}"}}',
        f'"token" and {{"any": [{{"name": "TOKEN", "value": "{TOKEN}"}}]}}',
    ],
)
def test_a_token_in_a_program_is_found_with_its_line_in_every_environment(tmp_path: Path, line: str) -> None:
    (project(tmp_path) / "stacks" / "backend.py").write_text(f"import this\n\n{line}\n")
    assert [(file, at) for file, at, _ in found(tmp_path)] == [("stacks/backend.py", 3)]
    assert found(tmp_path, "dev") == found(tmp_path)


def test_what_is_no_program_is_others_to_tell(tmp_path: Path) -> None:
    (project(tmp_path) / "stacks" / "backend.py").write_text("def (:\n")
    assert found(tmp_path) == []


def test_its_examples_are_what_they_are_called() -> None:
    import yaml

    for text, count in ((PLAINTEXT.examples.good, 0), (PLAINTEXT.examples.bad, 1)):
        report = check(Objects([Subject(yaml.safe_load(text))]), [PLAINTEXT])
        assert len(report.findings) == count
