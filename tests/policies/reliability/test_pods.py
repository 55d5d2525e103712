"""Probes, drains, requests and limits of pods: beyond the examples of the rules."""

from __future__ import annotations

import pytest
from tests.policies.examples import judged

from scalewright_policies.reliability.drain_covered import RULE as DRAIN
from scalewright_policies.reliability.liveness_probe import RULE as LIVENESS
from scalewright_policies.reliability.memory_limit_equals_request import RULE as MEMORY
from scalewright_policies.reliability.probes_differ import RULE as DIFFER
from scalewright_policies.reliability.readiness_probe import RULE as READINESS
from scalewright_policies.reliability.requests_set import RULE as REQUESTS

ROUTED = """
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: NAMESPACE}
spec: {rules: [{backendRefs: [{name: api, port: 80}]}]}
"""


def deployment(containers: str, pod: str = "") -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec: {{template: {{metadata: {{labels: {{app: api}}}}, spec: {{{pod}containers: [{containers}]}}}}}}
"""


def job(containers: str) -> str:
    return deployment(containers).replace("apps/v1", "batch/v1").replace("Deployment", "Job")


@pytest.mark.parametrize("rule", [READINESS, LIVENESS], ids=lambda rule: rule.name)
def test_the_containers_that_listen_are_probed_and_those_beside_them_not(rule: object) -> None:
    listening = "{name: api, ports: [{containerPort: 80}], readinessProbe: {exec: {}}, livenessProbe: {exec: {}}}"
    assert not judged(rule, deployment("{name: logs}, " + listening))  # type: ignore[arg-type]
    assert judged(rule, deployment("{name: api, ports: [{containerPort: 80}]}, {name: logs}"))  # type: ignore[arg-type]
    assert judged(rule, deployment("{name: worker}, {name: logs}"))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", [READINESS, LIVENESS, DRAIN], ids=lambda rule: rule.name)
def test_what_ends_by_itself_needs_none(rule: object) -> None:
    container = "{name: migrate, lifecycle: {preStop: {sleep: {seconds: 60}}}}"
    assert not judged(rule, job(container))  # type: ignore[arg-type]


def probes(ready: str, alive: str) -> str:
    return deployment(f"{{name: api, readinessProbe: {{{ready}}}, livenessProbe: {{{alive}}}}}")


@pytest.mark.parametrize(
    ("ready", "alive", "differ"),
    [
        ("tcpSocket: {port: 80}", "tcpSocket: {port: 80}", False),
        ("tcpSocket: {port: 80}", "tcpSocket: {port: 80}, failureThreshold: 4", True),
        ("httpGet: {port: 80}", "httpGet: {port: 80}, failureThreshold: 29", False),
        ("httpGet: {port: 80}", "httpGet: {port: 80}, failureThreshold: 30", True),
        ("httpGet: {port: 80}", "httpGet: {port: 81}", True),
        ("grpc: {port: 80}", "grpc: {port: 80}", False),
        ("grpc: {port: 80, service: readiness}", "grpc: {port: 80, service: liveness}", True),
        ("exec: {command: [check]}", "exec: {command: [check]}", False),
        ("httpGet: null, exec: {command: [check]}", "exec: {command: [check]}", False),
    ],
)
def test_probes_differ_by_what_they_ask_or_by_their_patience(ready: str, alive: str, differ: bool) -> None:
    assert bool(judged(DIFFER, probes(ready, alive))) is not differ


@pytest.mark.parametrize(
    ("command", "hook", "grace", "covered"),
    [
        ('uvicorn, "a:b", --timeout-graceful-shutdown, "30"', "{sleep: {seconds: 5}}", 36, True),
        ('uvicorn, "a:b", --timeout-graceful-shutdown, "30"', "{sleep: {seconds: 5}}", 35, False),
        ('uvicorn, "a:b", --timeout-graceful-shutdown=30', "{}", 30, False),
        ('sh, -c, "exec uvicorn a:b --timeout-graceful-shutdown 30"', "{}", 30, False),
        ('python, -m, uvicorn, "a:b", --timeout-graceful-shutdown, "29"', "{}", 30, True),
        ('/venv/bin/gunicorn, --graceful-timeout, "60", "a:b"', "{}", 30, False),
        ('gunicorn, "a:b"', "{}", 30, True),
        ("server", "{exec: {command: [sleep, '30']}}", 30, False),
        ("server", '{exec: {command: [/bin/sh, -c, "/bin/sleep 30"]}}', 30, False),
        ("server", "{exec: {command: [sh, drain.sh]}}", 30, True),  # only the script knows
        ("server", "{httpGet: {path: /drain, port: 80}}", 1, True),
        ("server", "{}", 1, True),
        ("server", "{}", 0, False),  # which kills at once
    ],
)
def test_the_grace_period_covers_hook_and_server(command: str, hook: str, grace: int, covered: bool) -> None:
    container = f"{{name: api, command: [{command}], lifecycle: {{preStop: {hook}}}}}"
    assert bool(judged(DRAIN, deployment(container, f"terminationGracePeriodSeconds: {grace}, "))) is not covered


def test_a_pod_has_half_a_minute_unless_it_says_otherwise() -> None:
    [said] = judged(DRAIN, deployment("{name: api, lifecycle: {preStop: {sleep: {seconds: 30}}}}"))
    assert "killed 30 s after" in said


@pytest.mark.parametrize(
    ("hook", "serves"),
    [
        ("{}", False),
        ("{sleep: {seconds: 0}}", False),
        ("{sleep: {seconds: 5}}", True),
        ("{exec: {command: [sh, drain.sh]}}", True),
    ],
)
def test_what_a_route_leads_to_goes_on_serving_until_proxies_know(hook: str, serves: bool) -> None:
    text = deployment(f"{{name: api, lifecycle: {{preStop: {hook}}}}}")
    here = ROUTED.replace(", namespace: NAMESPACE", "")
    assert bool(judged(DRAIN, text + here)) is not serves
    assert not judged(DRAIN, text + here.partition("---\napiVersion: gateway")[0])  # clients inside connect again


def test_a_route_of_another_namespace_leads_elsewhere_unless_it_names_this_one() -> None:
    elsewhere = ROUTED.replace("NAMESPACE", "elsewhere")
    assert not judged(DRAIN, deployment("{name: api}") + elsewhere)


def sized(resources: str) -> str:
    return deployment(f"{{name: api, resources: {{{resources}}}}}")


def test_a_limit_alone_is_the_request_too() -> None:
    assert not judged(REQUESTS, sized("limits: {cpu: 1, memory: 1Gi}"))
    assert not judged(MEMORY, sized("limits: {cpu: 1, memory: 1Gi}"))


def test_of_a_container_without_any_memory_one_rule_tells() -> None:
    assert judged(REQUESTS, sized("requests: {cpu: 1}"))
    assert not judged(MEMORY, sized("requests: {cpu: 1}"))


def test_amounts_are_compared_and_not_how_they_are_written() -> None:
    assert not judged(MEMORY, sized("requests: {memory: 1048576Ki}, limits: {memory: 1Gi}"))
    assert not judged(MEMORY, sized("requests: {memory: 1073741824}, limits: {memory: 1Gi}"))
    assert judged(MEMORY, sized("requests: {memory: 1G}, limits: {memory: 1Gi}"))


@pytest.mark.parametrize("amount", ["much", "[1Gi]", "{}", "'<known after it is made>'"])
def test_what_is_no_amount_is_left_to_the_api_server(amount: str) -> None:
    assert not judged(MEMORY, sized(f"requests: {{memory: 1Gi}}, limits: {{memory: {amount}}}"))


def test_a_pod_may_say_for_all_its_containers() -> None:
    whole = "resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 2Gi}}, "
    assert not judged(REQUESTS, deployment("{name: api}, {name: logs}", whole))
    [said] = judged(MEMORY, deployment("{name: api}, {name: logs}", whole))
    assert "the pod asks for 1Gi" in said


def test_init_containers_and_jobs_ask_too() -> None:
    first = "initContainers: [{name: first}], "
    assert len(judged(REQUESTS, deployment("{name: api}", first))) == 4
    assert judged(REQUESTS, job("{name: migrate}"))


def test_what_decides_the_number_of_replicas_is_demanded_by_another_rule() -> None:
    scaler = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  maxReplicas: 3
  scaleTargetRef: {kind: Deployment, name: api}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
"""
    [said] = judged(REQUESTS, deployment("{name: api}") + scaler)
    assert "memory" in said


def test_nodes_of_kafka_take_the_resources_of_their_cluster_where_they_have_none() -> None:
    pool = "kind: KafkaNodePool\nmetadata: {name: nodes, labels: {strimzi.io/cluster: events}}\nspec: {replicas: 3}\n"
    kafka = "kind: Kafka\nmetadata: {name: events}\nspec: {kafka: {resources: {limits: {cpu: 1, memory: 1Gi}}}}\n"
    api = "apiVersion: kafka.strimzi.io/v1\n"
    assert judged(REQUESTS, api + pool)
    assert not judged(REQUESTS, f"{api}{pool}---\n{api}{kafka}")
