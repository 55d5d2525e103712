"""The environment `trial`: what there is of it, what a preview would change, and releases that somebody else ends."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.kube.waiting import waiting

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.kube.conftest import Kubectl
    from tests.kube.pulumi_project import Project

NAMESPACE = "shop-trial"


#: Seconds for what takes a few on a machine that is not busy.
PATIENCE = 120.0


UP = ("up", "-s", "trial", "--yes", "--skip-preview")


def get(cluster: Kubectl, kind: str, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(cluster("get", kind, name, "-n", NAMESPACE, "-o", "json").stdout)
    return answer


def patch(cluster: Kubectl, name: str, part: dict[str, Any], *options: str) -> None:
    cluster("patch", name, "-n", NAMESPACE, "--type=merge", "-p", json.dumps(part), *options)


def names(cluster: Kubectl, *kinds: str) -> set[str]:
    """Return what there is in the namespace, but for what every namespace has."""
    found = cluster("get", ",".join(kinds), "-n", NAMESPACE, "-o", "name").stdout.split()
    return {one for one in found if one not in {"configmap/kube-root-ca.crt", "serviceaccount/default"}}


def image(cluster: Kubectl) -> str:
    """Return the release that runs."""
    found: str = get(cluster, "deployment", "orders")["spec"]["template"]["spec"]["containers"][0]["image"]
    return found


def body_limit(cluster: Kubectl) -> float:
    """Return what the gateway lets through, in MiB."""
    found: int = get(cluster, "middleware", "gateway-body-limit")["spec"]["buffering"]["maxRequestBodyBytes"]
    return found / 2**20


@contextmanager
def release(trial: Project, tag: str, *, body_limit: int) -> Iterator[subprocess.Popen[str]]:
    """Begin an `up` of another image and limit that waits for its migrations; the stack's file is as before then."""
    file = trial.project / "stacks" / "Pulumi.trial.yaml"
    before = file.read_text()
    trial.edit(
        "trial",
        "    image: ghcr.io/acme/shop:main",
        f"    gateway: {{body_limit: {body_limit}Mi}}\n    image: ghcr.io/acme/shop:{tag}",
    )
    trial.variables["AWAITED"] = "kubernetes:batch/v1:Job"
    with trial.start(*UP) as up:
        try:
            yield up
        finally:
            up.kill()
            del trial.variables["AWAITED"]
            file.write_text(before)


def migrations(cluster: Kubectl, tag: str) -> tuple[str, str]:
    """Wait for the Job of a release's migrations and its first pod, and return both."""

    def made(kind: str) -> list[str]:
        return [one for one in names(cluster, kind) if f"/migrations-{tag}-" in one]

    return waiting(lambda: made("job"), PATIENCE)[0], waiting(lambda: made("pod"), PATIENCE)[0]


def end(cluster: Kubectl, pod: str, phase: str) -> None:
    """Have a pod end, as its node would."""
    patch(cluster, pod, {"status": {"phase": phase}}, "--subresource=status")


def held(trial: Project) -> dict[str, str | None]:
    """Return the objects that Pulumi holds, by URN."""
    return {one["urn"]: one.get("id") for one in json.loads(trial.state("trial"))["deployment"]["resources"]}


def changes(steps: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the properties that a preview would change in the cluster, by kind and name."""
    return {
        f"{step['urn'].split('::')[2].rpartition(':')[2]} {step['urn'].split('::')[3]}": set(step["detailedDiff"] or ())
        for step in steps
        if step["op"] not in {"same", "refresh"} and step["newState"].get("custom")
    }
