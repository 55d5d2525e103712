"""Pods as rules see them: where their variables have their values."""

from __future__ import annotations

from typing import Any

from scalewright.plan.policy import Objects, Subject


def variables(container: dict[str, Any], data: dict[str, Any], namespace: str = "shop") -> dict[str, str]:
    pod = {"containers": [container]}
    owner = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": pod}
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": namespace}, "data": data}
    [found] = Objects([Subject(owner), Subject(held)]).pods
    [main] = found.main()
    assert main.env == {one.name: one.value for one in main.variables()}
    return {f"{one.name}={one.value}": one.path.removeprefix("spec.containers[0].") for one in main.variables()}


ALL = {"envFrom": [{"configMapRef": {"name": "one"}, "prefix": "APP_"}]}
KEY = {"env": [{"name": "B", "valueFrom": {"configMapKeyRef": {"name": "one", "key": "A"}}}]}


def test_a_variable_has_its_value_from_a_config_map_of_its_namespace() -> None:
    assert variables(ALL, {"A": "1"}) == {"APP_A=1": "envFrom[0].configMapRef"}
    assert variables(KEY, {"A": "1"}) == {"B=1": "env[0].valueFrom.configMapKeyRef"}
    assert variables(KEY, {"C": "1"}) == {}
    assert variables(ALL | KEY, {"A": "1"}, namespace="other") == {}


def test_what_the_container_says_of_a_variable_goes_before_what_a_config_map_says() -> None:
    own = {"env": [{"name": "APP_A", "value": 2}]}
    assert variables(ALL | own, {"A": "1"}) == {"APP_A=2": "env[0].value"}
    secret = {"env": [{"name": "APP_A", "valueFrom": {"secretKeyRef": {"name": "one", "key": "A"}}}]}
    assert variables(ALL | secret, {"A": "1"}) == {}
