"""What strangers may read of a plan in which somebody wrote down secrets."""

from __future__ import annotations

from typing import Any

import pytest

from scalewright.plan.policy.masking import Mask
from scalewright.plan.records import Process
from scalewright.plan.resources import Resource

SECRET = "hunter2hunter2"


def resource(kind: str, **more: Any) -> Resource:
    inputs = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "api-token"}, **more}
    return Resource(urn="urn", type=f"kubernetes:core/v1:{kind}", name="a", inputs=inputs)


@pytest.mark.parametrize(
    "more",
    [
        {"spec": {"containers": [{"env": [{"name": "DB_PASSWORD", "value": SECRET}]}]}},
        {"spec": {"containers": [{"env": [{"name": "URL", "value": f"amqp://u:{SECRET}@h/v"}]}]}},
        {"spec": {"containers": [{"args": ["serve", "--password", SECRET, f"--token={SECRET}0aB"]}]}},
        {"spec": {"triggers": [{"metadata": {"password": SECRET}}]}},
        {"data": {"app.properties": f"port=80\nspring.password={SECRET}\n"}},
    ],
)
def test_what_looks_like_a_secret_is_not_told(more: dict[str, Any]) -> None:
    masked = Mask().resource(resource("Deployment", **more)).inputs
    assert SECRET not in str(masked)
    assert masked.keys() == {"apiVersion", "kind", "metadata", *more}


def test_a_change_of_a_secret_is_still_one_and_the_same_one_is_none() -> None:
    mask = Mask()
    one, same, other = (
        mask.resource(resource("ConfigMap", data={"password": text})) for text in (SECRET, SECRET, f"{SECRET}3")
    )
    assert one == same != other


def test_all_else_is_as_it_was() -> None:
    spec = {
        "image": "shop@sha256:" + 64 * "0",
        "env": [{"name": "DB_PASSWORD_FILE", "value": "/run/secrets/db"}],
        "n": 3,
    }
    for one in (resource("Pod", spec=spec), resource("Secret", stringData={"password": "<secret>"})):
        assert Mask().resource(one) == one


def test_a_process_is_masked_in_what_it_is_given() -> None:
    process = Process(
        name="api-1",
        noun="services",
        command=("api", "--password", SECRET),
        environment={"API_TOKEN": f"{SECRET}1aB"},
        directory="/project",
        files={"a.conf": "port = 1"},
    )
    masked = Mask().process(process)
    assert SECRET not in str(masked)
    assert masked.model_copy(update={"command": process.command, "environment": process.environment}) == process
