"""What services and workers have in common: the variables that tell an application where everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.declaration import Workers
from scalewright.local import object_store, postgres, redis

if TYPE_CHECKING:
    from scalewright.declaration import Backend, Pool, Service
    from scalewright.local.site import Site
    from scalewright.plan.records import SecretValue


def environment(
    backend: Backend, site: Site, name: str, part: Service | Workers, *, instance: str, pool: Pool | None
) -> dict[str, str | SecretValue]:
    """Return the environment of one process of a service or of workers; secrets are files (docs/environment.md)."""
    variables: dict[str, str | SecretValue] = {**part.environment, "SERVICE_NAME": name, "INSTANCE_NAME": instance}
    if "postgres" in part.uses:
        variables |= postgres.environment(backend, site, pool)
    if "redis" in part.uses or _talks_to_broker(part):
        variables |= redis.environment(site)
    if "object_store" in part.uses:
        variables |= object_store.environment(site)
    if _talks_to_broker(part) and (timeout := backend.visibility_timeout):
        variables["VISIBILITY_TIMEOUT"] = f"{timeout:g}"
    return variables


def _talks_to_broker(part: Service | Workers) -> bool:
    return isinstance(part, Workers) or bool(part.sends or part.outbox)


def after(backend: Backend, uses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the processes that must be healthy, or done, before one that uses these."""
    needed: tuple[str, ...] = ()
    if "postgres" in uses:
        needed += postgres.ready(backend)
    if "redis" in uses:
        needed += (redis.NAME,)
    if "object_store" in uses:
        needed += (object_store.NAME,)
    return needed
