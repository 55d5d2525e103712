"""What each platform does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scalewright.declaration.problem import Absent, Path, Problem, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Lack:
    """A setting that a platform cannot honour."""

    setting: Path
    """Its path; `*` stands for any name."""
    reason: str


_ONLY_LOCAL = (
    Lack(("postgres", "seed"), "example rows belong on one machine only"),
    *(
        Lack(("programs", name), "the programs come with the container images")
        for name in ("postgres", "redis", "traefik", "rclone")
    ),
)
IMPOSSIBLE = {
    "local": (
        Lack(("postgres", "pooler"), "there is no pooler on one machine"),
        Lack(("postgres", "external"), "the database is one of this machine's own processes"),
        Lack(("redis", "external"), "the broker is one of this machine's own processes"),
        Lack(("gateway", "tls"), "certificates need a public name"),
        Lack(("events",), "there are no streams of events yet"),
    ),
    "docker": _ONLY_LOCAL,
    "kubernetes": _ONLY_LOCAL,
}
"""Settings whose absence would make another backend: refused wherever they were set."""

WITHOUT_EFFECT = {
    "local": (
        Lack(("image",), "the application runs from its source"),
        Lack(("postgres", "storage"), "the disk is this machine's"),
        Lack(("postgres", "synchronous"), "replicas share the disk of their primary and would be lost with it"),
        Lack(("postgres", "backups"), "`scalewright backup` makes a copy when you ask for one"),
        Lack(("redis", "instances"), "a server that ends is started again where its data is"),
        Lack(("redis", "cache"), "one server is broker and cache"),
        Lack(("redis", "storage"), "the disk is this machine's"),
        Lack(("redis", "tls"), "connections do not leave this machine"),
        Lack(("gateway", "hostname"), "the gateway answers to any name"),
        Lack(("observability",), "nothing scrapes or alerts"),
        *(
            Lack(("object_store", name), "the object store is one of this machine's own processes")
            for name in ("endpoint", "secret", "cidrs")
        ),
        Lack(("object_store", "expire_days"), "the object store deletes nothing by itself"),
        Lack(("cluster",), "there is no cluster"),
        Lack(("services", "*", "probes", "readiness"), "nothing asks for readiness once a replica has started"),
        *(
            Lack((part, "*", "scale", "metrics"), "the number of replicas is changed by hand alone")
            for part in ("services", "workers")
        ),
        *(
            Lack((*part, "resources"), "processes share the machine without limits")
            for part in (("postgres",), ("redis",), ("services", "*"), ("workers", "*"))
        ),
    ),
    "docker": (Lack(("cluster",), "there is no cluster"),),
    "kubernetes": (
        Lack(("gateway", "port"), "the gateway has the ports of HTTP and HTTPS"),
        Lack(("source",), "the application comes in its image"),
    ),
}
"""Settings that the shared declaration may well hold for the other platforms, but an overlay sets in vain."""


def unsupported(merged: Mapping[str, Any], overlay: Mapping[str, Any]) -> Iterator[Problem]:
    """The settings of an environment that its platform cannot honour, and those that it cannot do without."""
    platform = merged.get("platform", "local")
    if not isinstance(platform, str) or platform not in IMPOSSIBLE:
        return  # the models have more to say about that
    for source, lacks in ((merged, IMPOSSIBLE[platform]), (overlay, WITHOUT_EFFECT[platform])):
        for lack in lacks:
            for path, value in _set(source, lack.setting):
                yield _problem(platform, lack, path, value, in_base=path not in dict(_set(overlay, lack.setting)))
    if platform == "kubernetes" and "image" not in merged:
        bound = "it must be given for platform kubernetes, where the application comes in it"
        remedy = "Write for example image: ghcr.io/acme/shop:1.4.0, best with its digest"
        yield Problem(("image",), Absent.MISSING, bound, remedy, (("platform",),))
    if platform == "kubernetes":
        yield from _unmeasured(merged)
        yield from _nowhere(merged)


def _unmeasured(merged: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse to scale by requests that nobody counts."""
    observability = merged.get("observability")
    if isinstance(observability, dict) and observability.get("metrics", True):
        return
    for path, metrics in _set(merged, ("services", "*", "scale", "metrics")):
        for index, metric in enumerate(metrics if isinstance(metrics, list) else ()):
            if isinstance(metric, dict) and metric.get("type") == "requests":
                bound = "it must come with observability.metrics, because Prometheus counts the requests"
                remedy = "Declare observability, or use a metric of type cpu"
                yield Problem((*path, index, "type"), "requests", bound, remedy, (("platform",), ("observability",)))


def _nowhere(merged: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse buckets of a cluster that nobody says where to find."""
    store = merged.get("object_store")
    if not isinstance(store, dict):
        return
    for name, example in (("endpoint", "https://s3.eu-central-1.amazonaws.com"), ("secret", "shop-object-store")):
        if store.get(name) is None:
            bound = "it must be given for platform kubernetes, where the object store is a service of somebody else"
            path = ("object_store", name)
            yield Problem(path, Absent.MISSING, bound, f"Write for example {name}: {example}", (("platform",),))


def _problem(platform: str, lack: Lack, path: Path, value: object, *, in_base: bool) -> Problem:
    remedy = f"Set {dotted(path)} to null for this environment" if in_base else "Take it out"
    bound = f"it must not be set for platform {platform}, where {lack.reason}"
    return Problem(path, value, bound, remedy, (("platform",),))


def _set(data: Any, setting: Path, above: Path = ()) -> Iterator[tuple[Path, object]]:
    """The places of a setting that hold a value."""
    if not setting:
        if data is not None:
            yield above, data
    elif isinstance(data, dict):
        names = list(data) if setting[0] == "*" else [setting[0]]
        for name in names:
            yield from _set(data.get(name), setting[1:], (*above, name))
