"""The program under an engine asks the cluster before its first resource; a wrong one ends it with nothing made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.kubernetes.kubeconfigs import TOKEN, kubeconfig
from tests.pulumi.engine import STACK, run
from tests.pulumi.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = ROOT / "stacks"
AWAY = "cannot be reached at https://127.0.0.1:1: Connection refused"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The kubeconfig of a cluster that is not there."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("https://127.0.0.1:1", "prod-eu", "staging"))
    return path


def test_a_cluster_that_is_away_ends_the_program_before_its_first_resource(file: Path) -> None:
    ended = run(PROGRAM, "dev", KUBECONFIG=str(file))
    assert ended.status == 1
    assert ended.said == (
        f"the cluster of context prod-eu {AWAY}. Start it, connect to its network, or use another context"
    )
    assert ended.engine.registered == [STACK]


def test_the_context_and_the_kubeconfig_of_the_provider_are_asked(file: Path) -> None:
    ended = run(PROGRAM, "dev", {"kubernetes:context": "stagin"}, KUBECONFIG=str(file))
    assert ended.said == f"{file} has no context 'stagin'; its contexts are prod-eu, staging. Did you mean staging?"
    settings = {"kubernetes:context": "staging", "kubernetes:kubeconfig": str(file)}
    assert f"context staging {AWAY}" in run(PROGRAM, "dev", settings, KUBECONFIG="/absent").said
    given = run(PROGRAM, "dev", {"kubernetes:kubeconfig": kubeconfig()}, KUBECONFIG="/absent")
    assert f"context test {AWAY}" in given.said
    assert TOKEN not in given.said
    assert given.engine.registered == [STACK]


def test_it_can_be_switched_off_and_is_where_the_provider_asks_no_cluster_either(file: Path) -> None:
    off = run(PROGRAM, "dev", {"scalewright:preflight": "false"}, KUBECONFIG=str(file))
    assert (off.status, off.said) == (0, "")
    assert "kubernetes:core/v1:Namespace" in off.engine.registered
    rendered = run(PROGRAM, "dev", {"kubernetes:renderYamlToDirectory": "out"}, KUBECONFIG=str(file))
    assert sorted(rendered.engine.registered) == sorted(off.engine.registered)
    other = run(PROGRAM, "dev", {"kubernetes:cluster": "other"}, KUBECONFIG=str(file))
    assert other.engine.logged == [
        "kubernetes:cluster names another cluster than the context does; it is not asked beforehand"
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "Namespace('extra', {})\nNamespace('extra', {})\n",
            "dev cannot be planned: Namespace 'extra' is made twice; "
            "Pulumi knows both as urn:pulumi:dev::scalewright::scalewright:index:Namespace::extra. "
            "Rename one of the two",
        ),
        (
            "Namespace('Extra', {'quotas': {}})\n",
            "dev cannot be planned: Namespace 'Extra': name is 'Extra'; it must be a DNS label: lower-case letters, "
            "digits and hyphens, a letter first and no hyphen last. Rename it.\n"
            "dev cannot be planned: Namespace 'Extra': quotas is not a setting; it must be one of container_defaults, "
            "container_memory, keep, nodes, part_of, quota. Did you mean quota?",
        ),
    ],
    ids=["a component twice", "arguments that cannot be"],
)
def test_mistakes_further_down_the_program_are_told_before_its_first_resource(
    tmp_path: Path, file: Path, more: str, told: str
) -> None:
    program = tmp_path / "project" / "stacks"
    shutil.copytree(PROGRAM, program, ignore=shutil.ignore_patterns("__pycache__", "addons"))
    with (program / "__main__.py").open("a") as text:
        text.write(f"from scalewright.kubernetes.namespace import Namespace\n{more}")
    ended = run(program, "dev", KUBECONFIG=str(file))
    assert ended.status == 1
    first, _, rest = ended.said.partition("\n")
    assert AWAY in first
    assert rest == told
    assert ended.engine.registered == [STACK]
