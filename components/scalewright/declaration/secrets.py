"""Secrets that are kept elsewhere, and which Secrets of the cluster they become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.external import SecretKey
from scalewright.declaration.model import Model
from scalewright.declaration.names import ObjectName
from scalewright.declaration.problem import Absent, Problem
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator

Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=1024)]


class SecretStore(Model):
    """A store of External Secrets, which knows how to log in where secrets are kept. You make it."""

    kind: Literal["ClusterSecretStore", "SecretStore"] = "ClusterSecretStore"
    """Whether it is there for all namespaces, or in that of the environment."""
    name: ObjectName = Field(examples=["vault"])
    """Its name."""


class RemoteKey(Model):
    """One value in a store."""

    key: Text = Field(examples=["shop/prod/database"])
    """What the store calls it: a path, a name or an id."""
    property: Text | None = Field(default=None, examples=["password"])
    """Which part of it, where it holds several."""
    version: Text | None = None
    """Which version of it; by default the newest."""


class Secrets(Model):
    """Secrets of the environment's namespace that External Secrets makes from what a store holds."""

    store: SecretStore | None = None
    """Where they are kept."""
    refresh: Annotated[Duration, Within(Duration("1m"), Duration("720h"))] = Duration("1h")
    """How often the store is asked again."""
    external: dict[ObjectName, Annotated[dict[SecretKey, RemoteKey], Field(min_length=1)]] = Field(default_factory=dict)
    """The Secrets by name, each with its keys and where the value of each is."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse Secrets that come from nowhere."""
        if self.external and self.store is None:
            bound = f"it must be given, because external ({', '.join(self.external)}) is read there"
            yield Problem(("store",), Absent.MISSING, bound, "Name a ClusterSecretStore, as in {name: vault}")
