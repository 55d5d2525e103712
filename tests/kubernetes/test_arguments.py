"""Arguments that cannot be: all mistakes together, one line each, and nothing made."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes import component
from scalewright.kubernetes.arguments import ArgumentsError
from scalewright.kubernetes.beat import Beat
from scalewright.kubernetes.migrations import Migrations
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.relay import Relay
from scalewright.kubernetes.service import Service
from scalewright.kubernetes.workers import Workers

SERVICE: dict[str, Any] = {
    "namespace": "ours",
    "image": "shop:1",
    "command": ["serve"],
    "scale": {"min": 1, "max": 3},
    "probes": {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"},
    "drain_seconds": 30,
}
WORKERS: dict[str, Any] = {
    "namespace": "ours",
    "image": "shop:1",
    "app": "shop.worker:celery",
    "queues": ["orders"],
    "longest_task_seconds": 30,
    "scale": {"min": 1, "max": 4},
}
RELAY: dict[str, Any] = {"namespace": "ours", "image": "shop:1", "command": ["relay"]}
BROKER = {"address": "redis.ours.svc:6379", "secret": "redis", "key": "password"}


def mistakes(kind: Any, args: Any, name: str = "orders") -> list[str]:
    """Return the lines by which a component refuses its arguments; it must have asked for nothing by then."""
    asked: list[str] = []
    original = component.ComponentResource.__init__

    def noted(self: Any, *arguments: Any, **options: Any) -> None:
        asked.append(arguments[0])
        original(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component.ComponentResource, "__init__", noted)
        with pytest.raises(ProgramError) as raised:
            evaluate(lambda: [kind(name, args() if callable(args) else args), None][1], "shop", "test")
    assert asked == ["pulumi:pulumi:Stack"]
    return str(raised.value).splitlines()


def test_all_mistakes_of_a_component_come_together_each_with_value_bound_and_remedy() -> None:
    wrong = {
        **SERVICE,
        "image": "Shop:1",
        "scale": {"min": 9, "max": 3},
        "drain_seconds": -1,
        "environment": {"1ST": "x"},
        "hpa": True,
    }
    del wrong["probes"]
    assert mistakes(Service, wrong, "Orders") == [
        "Service 'Orders': name is 'Orders'; it must be a DNS label: lower-case letters, digits and hyphens, a letter "
        "first and no hyphen last. Rename it.",
        "Service 'Orders': hpa is not a setting; it must be one of command, drain_seconds, environment, image, "
        "namespace, part_of, probes, processes, prometheus, resources, scale, secrets. Take it out.",
        "Service 'Orders': probes is missing; it must be given. Give it.",
        "Service 'Orders': image is 'Shop:1'; it must be the reference of a container image. Write it as in "
        "ghcr.io/acme/shop:1.4.0, best with its digest (@sha256: and 64 hexadecimal digits).",
        "Service 'Orders': environment.1ST is '1ST'; it must be the name of an environment variable: letters, "
        "digits and underscores, no digit first. Rename it.",
        "Service 'Orders': drain_seconds is -1; it must be at least 0. Raise it to 0 or more.",
        "Service 'Orders': scale.min is 9; it must be at most max (3). Lower min or raise max.",
    ]


@pytest.mark.parametrize(
    ("kind", "args", "line"),
    [
        (Service, {**SERVICE, "scale": {"min": 0, "max": 3}}, "scale.min is 0; it must be at least 1 for a service"),
        (
            Service,
            {**SERVICE, "scale": {"min": 1, "max": 3, "metrics": [{"type": "backlog", "per_replica": 5}]}},
            "scale.metrics[0].type is 'backlog'; it must be cpu, memory, requests or schedule for a service",
        ),
        (Service, {**SERVICE, "resources": {"cpu": "1", "memory": "512"}}, "resources.memory is '512'; it must be at"),
        (Service, {**SERVICE, "probes": {**SERVICE["probes"], "liveness": "health"}}, "probes.liveness is 'health'"),
        (Service, {**SERVICE, "processes": 65}, "processes is 65; it must be at most 64"),
        (Service, {**SERVICE, "drain_second": 1}, "drain_second is not a setting"),
        (Workers, {**WORKERS, "queues": []}, "queues is []; it must have at least one entry"),
        (Workers, {**WORKERS, "app": "shop"}, "app is 'shop'; it must be package.module:attribute"),
        (Workers, {**WORKERS, "scale": {"min": 0, "max": 3}}, "scale.min is 0; it must be at least 1 without a metric"),
        (
            Workers,
            {**WORKERS, "scale": {"min": 0, "max": 3, "metrics": [{"type": "backlog", "per_replica": 5}]}},
            "broker is missing; it must be given with a metric of type backlog",
        ),
        (Workers, {**WORKERS, "longest_task_seconds": 0}, "longest_task_seconds is 0; it must be at least 1"),
        (Relay, {"namespace": "ours", "image": "shop:1", "command": "relay"}, "command is 'relay'; it must be a list"),
        (Beat, {"namespace": "ours", "image": "shop:1", "app": "a b"}, "app is 'a b'"),
        (
            Migrations,
            {"namespace": "ours", "image": "shop:1", "command": ["migrate"], "revision": "A"},
            "revision is 'A'; it must be lower-case letters, digits and hyphens",
        ),
        (Namespace, {"qouta": {}}, "qouta is not a setting; it must be one of container_defaults, container_memory"),
    ],
)
def test_a_mistake_is_one_line(kind: Any, args: Any, line: str) -> None:
    [found] = mistakes(kind, args)
    assert found.startswith(f"{kind.__name__} 'orders': {line}")
    assert "\n" not in found


def test_a_name_that_is_nearly_one_is_asked_about() -> None:
    [found] = mistakes(Service, {**SERVICE, "drain_second": 1})
    assert found.endswith("Did you mean drain_seconds?")


def test_what_is_known_only_later_passes() -> None:
    def program() -> None:
        told: dict[str, Any] = {
            **WORKERS,
            "namespace": pulumi.Output.from_input("ours"),
            "image": pulumi.Output.from_input("NOT JUDGED"),
            "resources": {"cpu": pulumi.Output.from_input("1"), "memory": "512Mi"},
            "broker": {**BROKER, "address": pulumi.Output.from_input("redis:6379")},
        }
        Workers("orders", told)

    assert [one.name for one in evaluate(program, "shop", "test") if one.inputs.get("kind") == "Deployment"] == [
        "orders"
    ]


def test_what_stands_beside_something_known_only_later_is_judged_all_the_same() -> None:
    def workers() -> dict[str, Any]:
        broker = {"address": pulumi.Output.from_input("redis:6379"), "secret": 5, "kee": "password"}
        return {**WORKERS, "broker": broker}

    def relay() -> dict[str, Any]:
        secret = {"variable": "A_FILE", "secret": pulumi.Output.from_input("a"), "key": ["b"]}
        return {**RELAY, "secrets": [secret]}

    assert mistakes(Workers, workers) == [
        "Workers 'orders': broker.secret is 5; it must be text. Put it in quotes.",
        "Workers 'orders': broker.key is missing; it must be given. Give it.",
        "Workers 'orders': broker.kee is not a setting; it must be one of address, sentinels, tls, authority, "
        "database, secret, key. Did you mean key?",
    ]
    assert mistakes(Relay, relay) == ["Relay 'orders': secrets[0].key is ['b']; it must be text. Put it in quotes."]


def test_what_must_be_known_before_anything_is_made_is_not_taken_from_what_is_made() -> None:
    def workers() -> dict[str, Any]:
        scale = {"min": pulumi.Output.from_input(1), "max": 3}
        return {**WORKERS, "scale": scale, "environment": pulumi.Output.from_input({"A": "b"})}

    bound = "it must be known before anything is made. Give the value itself."
    assert mistakes(Workers, workers) == [
        f"Workers 'orders': environment is known only later; {bound}",
        f"Workers 'orders': scale.min is known only later; {bound}",
    ]


def test_a_number_with_a_fraction_is_no_whole_number_even_if_that_is_nought() -> None:
    [line] = mistakes(Workers, {**WORKERS, "concurrency": 4.0})
    assert line.startswith("Workers 'orders': concurrency is 4.0; it must be a whole number.")


def test_pulumi_shows_the_error_without_a_traceback() -> None:
    assert issubclass(ArgumentsError, pulumi.RunError)
