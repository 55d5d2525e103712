"""What one instance of a part asks of the machine that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from scalewright.declaration.model import Model
from scalewright.declaration.problem import Problem
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator

Size: TypeAlias = Annotated[
    Quantity, Within(Quantity("1Mi"), hint="It is counted in bytes: write 512Mi for 512 mebibytes")
]
"""Bytes. At least 1Mi: `512` or `512m` for 512Mi is the mistake that this catches."""

Cores: TypeAlias = Annotated[Quantity, Within(Quantity("1m"), hint="Write 500m for half a processor core")]
"""Processor cores, as Kubernetes counts them: 500m is half a core; nothing finer than 1m."""


class Resources(Model):
    """Requests and limits of one instance (a container, in a cluster)."""

    cpu: Cores = Field(examples=["500m"])
    """Processor cores requested; what autoscaling by processor use is a percentage of."""
    memory: Size = Field(examples=["512Mi"])
    """Memory requested and, being incompressible, also its limit."""
    cpu_limit: Cores | None = None
    """Processor cores at which it is throttled; none by default, because throttling costs latency."""

    def contradictions(self) -> Iterator[Problem]:
        """A limit below the request can never be met."""
        if self.cpu_limit is not None and self.cpu_limit < self.cpu:
            yield Problem(
                ("cpu_limit",),
                str(self.cpu_limit),
                f"it must be at least cpu ({self.cpu})",
                "Raise cpu_limit, lower cpu, or leave cpu_limit out",
                reads=(("cpu",),),
            )
