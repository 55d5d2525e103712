"""Nobody on the way to Redis reads along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items, mapping, written
from scalewright_policies.security._addresses import addresses
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Pod, Subject
    from scalewright.plan.policy.rule import Settings

PLAIN = frozenset({"redis", "valkey", "redis+sentinel", "valkey+sentinel", "sentinel"})
_IMAGES = frozenset({"redis", "valkey", "redis-stack-server"})


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in objects.pods:
        for container in pod.containers():
            told = {one.path: one for one in addresses(container) if one.scheme in PLAIN and not one.is_here}
            for one in told.values():
                message = f"container {container.name}: {one.variable} begins with {one.scheme}://; {_BOUND}"
                yield Violation(pod.owner, message, one.path)
        yield from _of_server(objects, pod)
    for scaled in objects.of("ScaledObject", "keda.sh"):
        yield from _of_triggers(objects, scaled)


def _of_triggers(objects: Objects, scaled: Subject) -> Iterator[Violation]:
    """Judge how KEDA reads the length of a list: https://keda.sh/docs/latest/scalers/redis-lists/."""
    for index, trigger in enumerate(map(mapping, items(scaled.spec.get("triggers")))):
        if not str(trigger.get("type", "")).startswith("redis"):
            continue
        said = get(trigger, "metadata.enableTLS")
        if str(said).lower() != "true" and not _by_authentication(objects, scaled, trigger):
            value = "is not set" if said is None else f"is {written(said)}"
            message = f"enableTLS of trigger {trigger['type']} {value}; it must be true"
            yield Violation(scaled, message, f"spec.triggers[{index}].metadata.enableTLS")


def _by_authentication(objects: Objects, scaled: Subject, trigger: Mapping[str, Any]) -> bool:
    """Whether its TriggerAuthentication may say so: that is in a Secret, and not to be seen."""
    found = objects.find("TriggerAuthentication", str(get(trigger, "authenticationRef.name")), scaled.namespace)
    wanted = items(found.spec.get("secretTargetRef")) if found else []
    return any(get(one, "parameter") == "tls" for one in wanted)


def _of_server(objects: Objects, pod: Pod) -> Iterator[Violation]:
    """Judge where servers listen, as far as their configuration is in the plan."""
    if not any(_image(one.spec) in _IMAGES for one in pod.main()):
        return
    for volume in map(mapping, items(pod.spec.get("volumes"))):
        held = objects.find("ConfigMap", str(get(volume, "configMap.name")), pod.owner.namespace)
        for key, text in mapping(held.manifest.get("data")).items() if held else ():
            ports = [line.split()[1:] for line in str(text).splitlines() if line.startswith("port ")]
            if str(key).endswith(".conf") and any(port != ["0"] for port in ports):
                message = f"{key} listens on port {' '.join(ports[-1])} without TLS; it must be 0, beside tls-port"
                yield Violation(held, message, f'data["{key}"]')


def _image(container: Mapping[str, Any]) -> str:
    return str(container.get("image", "")).partition("@")[0].rpartition("/")[2].partition(":")[0]


_BOUND = "it must be rediss://, or rediss+sentinel://"
RULE = Rule(
    name="redis-tls",
    group="security",
    title="Connections to Redis are encrypted, and it takes no others",
    why="Without TLS the password, every task and every cached answer can be read by whoever sees the network.",
    severity="high",
    remedy=(
        "Declare `redis.tls` (of one that somebody else runs, `redis.external.tls`); in manifests use rediss:// in "
        "addresses, enableTLS in triggers of KEDA, and port 0 beside tls-port in the configuration of the server"
    ),
    standards=(
        Standard("Valkey", "TLS", "https://valkey.io/topics/encryption/"),
        nsa("Network separation and hardening: Encryption"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, env: [{name: REDIS_URL, value: "rediss://redis:6379/0"}]}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, env: [{name: REDIS_URL, value: "redis://redis:6379/0"}]}
""",
    ),
    of_plan=_judge,
)
