"""Secrets that somebody gives: by Pulumi's encrypted configuration, or out of a store by External Secrets.

https://external-secrets.io/latest/api/externalsecret/
"""

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret

from scalewright import declaration
from scalewright.declaration import Duration
from scalewright.declaration.problem import Problem
from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata

#: By this component of theirs it is known that the values are given, and not made up.
ROLE = "secrets"
STORE = "ClusterSecretStore"


class SecretStoreArgs(TypedDict):
    """A store of External Secrets."""

    name: Input[str]
    """Its name."""
    kind: NotRequired[str]
    """`ClusterSecretStore`, the default, or `SecretStore`."""


class RemoteKeyArgs(TypedDict):
    """One value in a store."""

    key: Input[str]
    """What the store calls it."""
    property: NotRequired[Input[str]]
    """Which part of it, where it holds several."""
    version: NotRequired[Input[str]]
    """Which version of it; by default the newest."""


class SecretsArgs(TypedDict):
    """Secrets of one namespace."""

    namespace: Input[str]
    """The namespace."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that they belong to."""
    values: NotRequired[dict[str, dict[str, Input[str]]]]
    """Secrets by name, with the value of each key; Pulumi keeps all of them encrypted."""
    store: NotRequired[SecretStoreArgs]
    """Where those of `external` are kept."""
    refresh: NotRequired[str]
    """How often the store is asked again; `1h` by default."""
    external: NotRequired[dict[str, dict[str, RemoteKeyArgs]]]
    """Secrets by name that External Secrets makes, with the place of the value of each key."""


RULES = Rules(shape=SecretsArgs, part=declaration.Secrets)


class Secrets(Component):
    """Secrets with values that are given, and ExternalSecrets for those that a store holds."""

    def __init__(self, name: str, args: SecretsArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Secrets", name, args, RULES, _twice)
        # What a component is given stands in the state, too.
        values = {
            secret: {key: Output.secret(value) for key, value in of.items()}
            for secret, of in args.get("values", {}).items()
        }
        super().__init__(name, {**args, "values": values}, opts)
        for secret, of in values.items():
            Secret(secret, metadata=metadata(args, secret, ROLE), string_data=of, opts=self.child())
        for secret, keys in args.get("external", {}).items():
            self._external(secret, keys, args)
        self.finish()

    def _external(self, secret: str, keys: Mapping[str, RemoteKeyArgs], args: SecretsArgs) -> CustomResource:
        store: Any = args["store"]
        spec = {
            "refreshInterval": f"{int(Duration(args.get('refresh', '1h')).seconds)}s",
            "secretStoreRef": {"kind": store.get("kind", STORE), "name": store["name"]},
            # It goes with the ExternalSecret, and stays when the store is away.
            "target": {"name": secret, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": key, "remoteRef": dict(remote)} for key, remote in sorted(keys.items())],
        }
        return CustomResource(
            secret,
            api_version="external-secrets.io/v1",
            kind="ExternalSecret",
            metadata=metadata(args, secret, ROLE),
            spec=spec,
            opts=self.child(),
        )


def _twice(args: SecretsArgs) -> Iterator[Problem]:
    """Refuse a Secret of which two would make each its own."""
    for name in sorted(args.get("values", {}).keys() & args.get("external", {}).keys()):
        bound = "it must not be in values as well: two would write it in turn"
        yield Problem(("external", name), sorted(args["external"][name]), bound, "Take it out of one of both")
