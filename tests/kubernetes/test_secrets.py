"""Secrets that are given: by Pulumi's encrypted configuration, or out of a store by External Secrets."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.kubernetes import definitions
from tests.kubernetes.plans import ROOT, Manifest, made

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.secrets import Secrets
from scalewright.plan.render import REFERENCES, render
from scalewright.plan.resources import SECRET
from scalewright.program import plan

if TYPE_CHECKING:
    from pathlib import Path

STORE = {"name": "vault"}
PAYMENTS = {"token": {"key": "shop/payments", "property": "token"}, "id": {"key": "shop/id", "version": "3"}}


def secrets(**args: Any) -> dict[str, Manifest]:
    return made(lambda: Secrets("secrets", {"namespace": "shop", **args}))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project whose prod names a Secret with the keys to its backups."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    return tmp_path


def configured(project: Path, *, backend: str = "", config: str = "") -> str:
    """Return the page of what others make for prod, with more in its stack file."""
    path = project / "stacks" / "Pulumi.prod.yaml"
    path.write_text(path.read_text() + backend + config)
    files = render(plan(project, "prod"))
    assert not [name for name in files if "-secret-" in name]
    return files[REFERENCES]


def test_a_value_that_is_given_is_a_secret_of_pulumi_and_in_no_manifest() -> None:
    args: Any = {"namespace": "shop", "values": {"mail": {"password": "hunter2"}}}
    resources = evaluate(lambda: (Secrets("secrets", args), None)[1], "shop", "test")
    [secret] = [one.inputs for one in resources if one.inputs.get("kind") == "Secret"]
    assert secret["metadata"]["name"] == "mail"
    assert secret["metadata"]["namespace"] == "shop"
    assert secret["stringData"] == SECRET
    assert "hunter2" not in str(resources)
    assert secrets(values={"mail": {"password": "hunter2"}}) == {}


def test_an_external_secret_reads_each_key_where_it_is() -> None:
    found = secrets(store=STORE, refresh="10m", external={"payments": PAYMENTS})["ExternalSecret payments"]
    assert found["spec"] == {
        "refreshInterval": "600s",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "target": {"name": "payments", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
        "data": [
            {"secretKey": "id", "remoteRef": {"key": "shop/id", "version": "3"}},
            {"secretKey": "token", "remoteRef": {"key": "shop/payments", "property": "token"}},
        ],
    }


def test_an_external_secret_is_what_its_definition_wants() -> None:
    store = {"kind": "SecretStore", "name": "vault"}
    [found] = secrets(store=store, external={"payments": PAYMENTS}).values()
    try:
        assert definitions.mistakes(found) == []
    except KeyError as lacking:
        pytest.skip(str(lacking))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"external": {"payments": PAYMENTS}}, "store is missing; it must be given, because external (payments)"),
        (
            {"store": STORE, "values": {"payments": {"a": "b"}}, "external": {"payments": PAYMENTS}},
            "external.payments is ['id', 'token']; it must not be in values as well",
        ),
        ({"store": STORE, "external": {"payments": {}}}, "external.payments is {}"),
        ({"store": STORE, "external": {"Pay_ments": PAYMENTS}}, "it must be the name of a Kubernetes object"),
        ({"store": {"name": "vault", "kind": "Vault"}}, "store.kind is 'Vault'"),
        ({"store": STORE, "refresh": "1s"}, "refresh is '1s'; it must be at least 1m"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_made(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramError) as raised:
        secrets(**args)
    assert message in str(raised.value)


def test_what_the_configuration_holds_encrypted_becomes_the_secret_that_others_name(project: Path) -> None:
    page = configured(
        project,
        config="  scalewright:secrets:\n    shop-backups: {access-key: {secure: AAAB}, secret-key: {secure: AAAC}}\n",
    )
    told = "`pulumi up`, from what its configuration holds encrypted; else you, before the first apply"
    assert f"| Secret | shop-backups | access-key, secret-key | {told} |" in page


def test_what_a_store_holds_becomes_the_secret_that_others_name(project: Path) -> None:
    remote = "{key: shop/backups, property: a}"
    page = configured(
        project,
        backend="    secrets:\n      store: {name: vault}\n      external:\n"
        f"        shop-backups: {{access-key: {remote}, secret-key: {remote}}}\n",
    )
    assert "| Secret | shop-backups | access-key, secret-key | External Secrets |" in page
    assert "| ClusterSecretStore | vault |  | you, before the first apply |" in page
    assert "| external-secrets | ExternalSecret |" in page
