"""Migrations: a Job a release, that has run before what needs it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from tests.kubernetes.plans import Manifest, container_of, made, pod_of

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.migrations import Migrations

DIGEST = "sha256:9f2b6c1d4e8a70355bc1f0e6d27a94830c5be1f7a6d8294e03b17c5fa9e84d62"
ARGS: dict[str, Any] = {
    "namespace": "ours",
    "image": f"ghcr.io/acme/shop@{DIGEST}",
    "command": ["python", "-m", "alembic", "upgrade", "head"],
    "secrets": [{"variable": "DATABASE_PASSWORD_FILE", "secret": "postgres-app", "key": "password"}],
}


def job(**changes: Any) -> Manifest:
    found = made(lambda: Migrations("migrations", {**ARGS, **changes}))
    [name] = [name for name in found if name.startswith("Job ")]
    assert sorted(found) == sorted([name, "ServiceAccount migrations"])
    return found[name]


def name(**changes: Any) -> str:
    return str(job(**changes)["metadata"]["name"])


def test_its_name_tells_the_release_and_changes_with_image_and_command() -> None:
    assert name().startswith("migrations-9f2b6c1d4e8a-")
    assert name(image="ghcr.io/acme/shop:1.4.0").startswith("migrations-1-4-0-")
    assert name(image="localhost:5000/shop").startswith("migrations-latest-")
    others = [{}, {"image": "ghcr.io/acme/shop:1.4.0"}, {"image": "ghcr.io/acme/shop:1.4.1"}, {"command": ["other"]}]
    assert len({name(**changes) for changes in others}) == len(others)
    assert name() == name()
    assert name(revision="build-7") == "migrations-build-7"


def test_a_long_tag_still_gives_the_name_of_an_object() -> None:
    called = name(image=f"shop:{'Feature_' * 15}x")
    assert len(called) <= 63
    assert called.replace("-", "").isalnum()
    assert called == called.lower()


def test_it_ends_in_bounded_time_and_keeps_the_log_of_each_attempt() -> None:
    spec = job()["spec"]
    assert spec["activeDeadlineSeconds"] == 900
    assert spec["backoffLimit"] == 4
    assert "ttlSecondsAfterFinished" not in spec
    assert pod_of(job())["restartPolicy"] == "Never"
    assert job(deadline_seconds=60)["spec"]["activeDeadlineSeconds"] == 60


def test_it_reads_the_password_of_the_owner_from_a_file() -> None:
    [volume] = [one for one in pod_of(job())["volumes"] if one["name"] == "secrets"]
    assert volume["projected"]["sources"][0]["secret"]["name"] == "postgres-app"
    assert container_of(job())["securityContext"]["readOnlyRootFilesystem"] is True


def test_an_image_that_is_not_known_yet_needs_a_revision() -> None:
    def program() -> None:
        Migrations("migrations", {**ARGS, "image": pulumi.Output.from_input("shop:1")})

    with pytest.raises(
        ProgramError, match="Migrations 'migrations': revision is missing; it must be given where image"
    ):
        evaluate(program, "shop", "test")
    program = lambda: Migrations("migrations", {**ARGS, "image": pulumi.Output.from_input("shop:1"), "revision": "7"})  # noqa: E731
    assert "Job migrations-7" in made(program)
