"""Servers that speak the protocol of Redis: how they are configured, and who uses them for what."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.reliability import _commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scalewright.plan.policy import Container, Objects, Pod, Subject

_IMAGES = frozenset({"redis", "valkey", "redis-stack-server"})
_PROGRAMS = frozenset({"redis-server", "valkey-server"})
_SENTINELS = frozenset({"--sentinel", "redis-sentinel", "valkey-sentinel"})
#: Defaults of what is judged: https://valkey.io/topics/valkey.conf/
DEFAULTS = {"maxmemory": "0", "maxmemory-policy": "noeviction", "appendonly": "no"}


class Setting(NamedTuple):
    """A value of the configuration, and where it stands."""

    value: str
    subject: Subject
    path: str


class Server(NamedTuple):
    """One of a pod, and what it is told; `complete` tells whether that is all."""

    pod: Pod
    container: Container
    told: dict[str, Setting]
    complete: bool

    def setting(self, name: str) -> Setting | None:
        """Return what holds, which may be the default; None for what nobody knows from manifests."""
        if name in self.told:
            return self.told[name]
        path = f"{self.container.path}.args"
        return Setting(DEFAULTS[name], self.pod.owner, path) if self.complete else None

    @property
    def keeps(self) -> bool:
        """Whether it has a disk that outlives its pod."""
        volumes = map(mapping, items(self.pod.spec.get("volumes")))
        claims = items(self.pod.owner.spec.get("volumeClaimTemplates"))
        return bool(claims) or any(one.get("persistentVolumeClaim") for one in volumes)


def servers(objects: Objects) -> Iterator[Server]:
    """Yield the servers among the pods, one of each."""
    for pod in objects.pods:
        container = next((one for one in pod.main() if pod.lasts and _is_server(one)), None)
        if container is not None:
            files, complete = _of_files(objects, pod)
            yield Server(pod, container, {**files, **_of_command(pod, container)}, complete)


def _is_server(container: Container) -> bool:
    image = str(container.spec.get("image", "")).partition("@")[0].rpartition("/")[2].partition(":")[0]
    programs = {one.rpartition("/")[2] for one in _commands.words(container.arguments)}
    return not programs & _SENTINELS and (image in _IMAGES or bool(programs & _PROGRAMS))


def _of_command(pod: Pod, container: Container) -> dict[str, Setting]:
    """Return what a command line says: https://valkey.io/topics/valkey.conf/ (passing arguments)."""
    said = _commands.words(container.arguments)
    path = f"{container.path}.{'args' if container.spec.get('args') else 'command'}"
    found = {}
    for name, value in pairwise(said):
        if name.removeprefix("--") in DEFAULTS and name.startswith("--"):
            found[name.removeprefix("--")] = Setting(value.strip("\"'"), pod.owner, path)
    return found


def _of_files(objects: Objects, pod: Pod) -> tuple[dict[str, Setting], bool]:
    """Return what the configuration says that a pod is given, and whether all of that is in the plan."""
    found: dict[str, Setting] = {}
    complete = True
    for volume in map(mapping, items(pod.spec.get("volumes"))):
        sources = [volume, *map(mapping, items(get(volume, "projected.sources")))]
        for name in (get(one, "configMap.name") for one in sources if one.get("configMap")):
            held = objects.find("ConfigMap", str(name), pod.owner.namespace)
            complete = complete and held is not None
            found |= _of_map(held) if held else {}
    return found, complete


def _of_map(held: Subject) -> dict[str, Setting]:
    texts = {str(key): str(text) for key, text in mapping(held.manifest.get("data")).items()}
    return {
        name: Setting(value, held, f'data["{key}"]')
        for key, text in texts.items()
        if key.endswith(".conf")
        for name, value in settings(text).items()
    }


def settings(text: str) -> dict[str, str]:
    """Return what a configuration file says of what is judged."""
    lines = [line.strip().partition(" ") for line in text.splitlines()]
    return {name: value.strip().strip("\"'") for name, _, value in lines if name in DEFAULTS}


@listed
def used(objects: Objects) -> Iterator[tuple[Server, str | None, str | None]]:
    """Yield each server with who takes it for a broker, and who for a cache; in words, None for nobody."""
    addresses = list(_addresses(objects))
    near = _by_service(addresses)
    for server in servers(objects):
        names = [one for one in objects.selecting("Service", server.pod) if one.spec.get("selector")]
        users: dict[str, str] = {}
        keys = dict.fromkeys((one.name, one.namespace) for one in names)
        for at in sorted({at for key in keys for at in near.get(key, ())}):
            role, who, namespace, host = addresses[at]
            if role not in users and any(_leads(host, namespace, one, server.pod.owner) for one in names):
                users[role] = who
        yield server, users.get("broker"), users.get("cache")


def _by_service(addresses: Iterable[tuple[str, str, str, str]]) -> Mapping[tuple[str, str], Sequence[int]]:
    """Return which addresses may lead to a Service, by its name and namespace, which manifests may leave out."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (_, _, client, host) in enumerate(addresses):
        labels = host.split(".")
        for name, *rest in filter(None, (labels, labels[1:])):  # of a Service, or of a pod behind it
            for namespace in {rest[0] if rest else client, ""}:
                found[name, namespace].append(at)
    return found


def _addresses(objects: Objects) -> Iterator[tuple[str, str, str, str]]:
    """Yield for what a host is used, by whom, in which namespace, and its name."""
    for scaled in objects.of("ScaledObject"):
        for trigger in map(mapping, items(scaled.spec.get("triggers"))):
            told = mapping(trigger.get("metadata"))
            if str(trigger.get("type", "")).startswith("redis"):
                for text in (told.get(one) for one in ("address", "addresses", "host", "hosts")):
                    for host in _hosts(text):
                        yield "broker", f"{scaled.identity} looks there for waiting tasks", scaled.namespace, host
    for pod in objects.pods:
        for container in pod.main():
            told = container.env
            named = any("BROKER" in name for name in told)
            for name, value in told.items():
                role = _role(name, is_worker=_commands.is_worker(container.arguments) and not named)
                for host in _hosts(value) if role else ():
                    yield str(role), f"{name} of {pod.owner.identity} leads there", pod.owner.namespace, host


def _role(name: str, *, is_worker: bool) -> str | None:
    if "CACHE" in name:
        return "cache"
    # A worker that is told of one server only takes its tasks from there.
    return "broker" if "BROKER" in name or (is_worker and name in {"REDIS_URL", "VALKEY_URL", "RQ_REDIS_URL"}) else None


def _hosts(text: Any) -> Iterator[str]:
    """Yield the hosts of an address, or of several."""
    for one in str(text or "").replace(";", ",").split(","):
        host = one.strip().rpartition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
        if host:
            yield host


def _leads(host: str, client: str, service: Subject, workload: Subject) -> bool:
    """Whether a host is that of a Service, or of a pod behind it; short names are of the client's namespace.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    """
    first, *rest = host.split(".")
    if rest and rest[0] == service.name and first.startswith(f"{workload.name}-"):
        first, *rest = rest
    namespace = rest[0] if rest else client
    return first == service.name and (namespace == service.namespace or not service.namespace)
