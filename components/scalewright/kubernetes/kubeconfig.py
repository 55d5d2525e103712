"""Which cluster is meant: files, contexts and the current one, as kubectl and Pulumi's provider read them.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from scalewright.declaration.errors import shown
from scalewright.declaration.wording import nearest

VARIABLE = "KUBECONFIG"
DEFAULT = Path("~/.kube/config")
#: What a pod finds itself in a cluster by.
INSIDE = "KUBERNETES_SERVICE_HOST"
_LISTS = ("clusters", "contexts", "users")


class ClusterError(Exception):
    """What hinders us from asking a cluster, or the cluster from answering: a sentence with its remedy."""


@dataclass(frozen=True)
class Kubeconfig:
    """What names clusters, and the one of them that is meant."""

    source: str
    """Where it was read: its files, as in the variable."""
    context: str
    """The name of the context that is meant."""
    user: str
    """The name of the user of that context; empty where it has none."""
    content: Mapping[str, Any] | None = None
    """All of it, where it was given as such and not as files."""


def find(file: str | None = None, context: str | None = None, content: str | None = None) -> Kubeconfig | None:
    """Return the kubeconfig that is given by its path or as content, else that of the environment; None in a pod.

    Raises ClusterError where there is none, where it cannot be read, and where it has no such context.
    """
    if content is not None:
        source = "the given kubeconfig"
        parsed = _parsed(content, source)
        return _chosen(source, [parsed], context, parsed)
    files = [Path(name).expanduser() for name in _names(file)]
    there = [one for one in files if one.exists()]
    if not there:
        if not file and not os.environ.get(VARIABLE) and INSIDE in os.environ:
            return None
        raise ClusterError(_nothing(file, files))
    source = os.pathsep.join(map(str, there))
    return _chosen(source, [_parsed(_text(one), str(one)) for one in there], context)


def _names(file: str | None) -> list[str]:
    if file:
        return [file]
    return [name for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name] or [str(DEFAULT)]


def _nothing(file: str | None, files: list[Path]) -> str:
    names = ", ".join(map(str, files))
    if file:
        return f"kubeconfig {names} is not there. Name one that is"
    if os.environ.get(VARIABLE):
        return f"{VARIABLE} is {names}, which is not there. Set it to a kubeconfig that is"
    return (
        f"there is no kubeconfig: {names} is not there, and {VARIABLE} is not set. "
        "Have your cluster's tool write one (`kind create cluster` does), or set the variable"
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ClusterError(f"{file} is no kubeconfig: it is no text. Name another") from error
    except OSError as error:
        raise ClusterError(f"kubeconfig {file} cannot be read: {error.strerror}. Name another") from error


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    """Return what a kubeconfig holds; nothing of its text is told, for it may be secret."""
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f", line {mark.line + 1}" if mark else ""
        raise ClusterError(f"{source} is no kubeconfig: it is no YAML{where}. Correct it, or name another") from error
    if not isinstance(found, dict) or not all(_is_list_of_named(found.get(name)) for name in _LISTS):
        lists = ", ".join(_LISTS)
        raise ClusterError(f"{source} is no kubeconfig: it must hold {lists}, each a list with names. Name another")
    return found


def _is_list_of_named(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value)


def _chosen(
    source: str, parts: list[Mapping[str, Any]], context: str | None, content: Mapping[str, Any] | None = None
) -> Kubeconfig:
    """Return the context that is meant; of several files the first that says something of it counts."""
    contexts = dict(_named(parts, "contexts", "context"))
    name = context or next((part["current-context"] for part in parts if part.get("current-context")), None)
    known = ", ".join(contexts) or "none"
    if name is None:
        raise ClusterError(f"{source} has no current context. Name one of its contexts: {known}")
    if name not in contexts:
        near = nearest(name, contexts)
        remedy = f"Did you mean {near}?" if near else "Name one of them"
        raise ClusterError(f"{source} has no context {name!r}; its contexts are {known}. {remedy}")
    chosen = contexts[name]
    clusters = dict(_named(parts, "clusters", "cluster"))
    if chosen.get("cluster") not in clusters:
        raise ClusterError(
            f"context {name} of {source} is of cluster {chosen.get('cluster')!r}, which is not there; "
            f"its clusters are {', '.join(clusters) or 'none'}. Correct the context"
        )
    server = clusters[chosen["cluster"]].get("server")
    if not str(server).startswith(("https://", "http://")):
        raise ClusterError(
            f"the server of context {name} of {source} is {shown(server)}; it must be a URL such as https://host:6443. "
            "Correct its cluster"
        )
    return Kubeconfig(source, name, chosen.get("user") or "", content)


def _named(parts: list[Mapping[str, Any]], kinds: str, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what files hold of a kind, by name; the first counts, so that it comes last."""
    for part in reversed(parts):
        for one in part.get(kinds) or ():
            yield one["name"], one.get(kind) or {}
