"""What autoscalers measure, and who demands the requests that it is measured by: one rule for each container."""

from __future__ import annotations

import pytest
from tests.policies.examples import judged

from scalewright_policies.reliability.requests_set import RULE as REQUESTS
from scalewright_policies.scaling.autoscaler_headroom import RULE as HEADROOM
from scalewright_policies.scaling.utilization_needs_requests import RULE as MEASURED

MEMORY = "resources: {requests: {memory: 1Gi}}"
BOTH = "resources: {requests: {cpu: 1, memory: 1Gi}}"


def scaled(metrics: str, containers: str, *, version: str = "v2", pod: str = "") -> str:
    return f"""
apiVersion: autoscaling/{version}
kind: HorizontalPodAutoscaler
metadata: {{name: api}}
spec: {{scaleTargetRef: {{kind: Deployment, name: api}}, maxReplicas: 9{metrics}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec: {{template: {{spec: {{{pod}{containers}}}}}}}
"""


def metric(target: str, *, kind: str = "resource", more: str = "") -> str:
    named = kind[:1].upper() + kind[1:]
    return f", metrics: [{{type: {named}, {kind}: {{name: cpu, target: {{{target}}}{more}}}}}]"


PERCENT = "type: Utilization, averageUtilization: 50"
BESIDE = f"containers: [{{name: api, {BOTH}}}, {{name: log, {MEMORY}}}]"
FIRST = f"initContainers: [{{name: first, {MEMORY}}}], containers: [{{name: api, {BOTH}}}]"


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        (scaled(metric(PERCENT), BESIDE), True),
        (scaled("", BESIDE), True),  # without metrics it follows the processor
        (scaled("", BESIDE, version="v1"), True),
        (scaled(", targetCPUUtilizationPercentage: 50", BESIDE, version="v1"), True),
        (scaled(metric("type: AverageValue, averageValue: 500m"), BESIDE), False),
        (scaled(metric(PERCENT, kind="containerResource", more=", container: api"), BESIDE), False),
        (scaled(metric(PERCENT), FIRST), False),  # it has ended before anything is measured
        (scaled(metric(PERCENT), FIRST.replace("name: first", "name: first, restartPolicy: Always")), True),
    ],
)
def test_a_request_that_is_missing_is_demanded_by_one_rule(text: str, measured: bool) -> None:
    assert (len(judged(MEASURED, text)), len(judged(REQUESTS, text))) == ((1, 0) if measured else (0, 1))


def test_a_pod_that_requests_as_a_whole_can_be_measured() -> None:
    text = scaled(metric(PERCENT), "containers: [{name: api}]", pod=f"{BOTH}, ")
    assert not judged(MEASURED, text)
    assert not judged(REQUESTS, text)


def test_an_autoscaler_that_names_no_metric_follows_the_processor_at_80_per_cent() -> None:
    [said] = judged(HEADROOM, scaled("", BESIDE))
    assert "the target is 80 %, the default, of the processor" in said
