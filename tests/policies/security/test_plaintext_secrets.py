"""Where secrets in plain text are looked for, and that a finding does not repeat them."""

from typing import Any

import pytest

from scalewright.plan.policy import Objects, Subject, check
from scalewright.plan.policy.check import check_processes
from scalewright.plan.records import Process, SecretValue
from scalewright_policies.security.plaintext_secrets import RULE

SECRET = "hunter2"


def found(kind: str, **fields: Any) -> list[str]:
    group = {"Deployment": "apps/v1", "ScaledObject": "keda.sh/v1alpha1"}.get(kind, "v1")
    report = check(Objects([Subject({"apiVersion": group, "kind": kind, "metadata": {"name": "x"}, **fields})]), [RULE])
    assert report.failures == ()
    assert SECRET not in str(report)
    return [one.path for one in report.findings]


def container(**fields: Any) -> dict[str, Any]:
    return {"template": {"spec": {"containers": [{"name": "api", **fields}]}}}


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (container(env=[{"name": "A", "value": "a"}, {"name": "PGPASSWORD", "value": SECRET}]), "env[1].value"),
        (container(args=["--password", SECRET]), "args[1]"),
        (container(args=[f"--redis.password={SECRET}"]), "args[0]"),
        (container(command=["sh", "-c", f"PGPASSWORD={SECRET} exec psql"]), "command[2]"),
        (container(command=["curl", f"https://shop:{SECRET}@example.com"]), "command[1]"),
        (
            container(livenessProbe={"exec": {"command": ["cli", "--password", SECRET]}}),
            "livenessProbe.exec.command[2]",
        ),
    ],
)
def test_environment_and_command_lines_of_containers_are_looked_at(spec: dict[str, Any], path: str) -> None:
    assert found("Deployment", spec=spec) == [f"spec.template.spec.containers[0].{path}"]


def test_every_field_of_a_custom_resource_is_looked_at() -> None:
    spec = {"triggers": [{"type": "redis", "metadata": {"password": SECRET, "a/b.token": "9f2b6c1d4e8a70355bc1"}}]}
    path = "spec.triggers[0].metadata"
    assert found("ScaledObject", spec=spec) == [f"{path}.password", f'{path}["a/b.token"]']


def test_a_key_of_a_secret_that_is_named_beside_it_is_no_password() -> None:
    spec = {"authentication": {"passwordSecret": {"secretName": "shop", "password": "password"}}}
    assert found("ScaledObject", spec=spec) == []


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("application.yaml", f"spring:\n  datasource:\n    password: {SECRET}\n", True),
        ("application.yaml", "spring:\n  datasource:\n    password: ${PASSWORD}\n", False),
        ("start.py", "password = find(secret)\n", False),
        ("start.sh", f"psql postgresql://shop:{SECRET}@postgres/shop\n", True),
        ("PASSWORD", SECRET, True),
        ("LOG_LEVEL", "info", False),
    ],
)
def test_files_of_a_config_map_are_looked_at(name: str, text: str, is_found: bool) -> None:
    assert bool(found("ConfigMap", data={name: text})) is is_found


def test_a_secret_is_where_secrets_belong() -> None:
    assert found("Secret", stringData={"password": SECRET}) == []


def test_processes_of_a_machine_are_looked_at() -> None:
    process = Process(
        name="api",
        noun="Service",
        directory="/",
        command=("api", "--password", SECRET),
        environment={"TOKEN": SecretValue(secret="token"), "DB_PASSWORD": SECRET, "PORT": "80"},
    )
    report = check_processes([process], [RULE])
    assert [(one.name, one.message.split()[0]) for one in report.findings] == [
        ("api", "DB_PASSWORD"),
        ("api", "password"),
    ]
    assert SECRET not in str(report)
