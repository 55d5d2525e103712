"""Nobody on the way to the database reads along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items
from scalewright_policies.security._addresses import addresses
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Container, Objects, Subject
    from scalewright.plan.policy.rule import Settings

#: Modes of libpq that never go without: https://www.postgresql.org/docs/current/libpq-ssl.html
ENCRYPTED = ("require", "verify-ca", "verify-full")
#: Drivers name the same option so, or read the variable.
_OPTIONS, VARIABLE = ("sslmode", "ssl"), "PGSSLMODE"
_PLAIN = ("host", "hostnossl")
_WORDS = 5  # of a line of pg_hba.conf without options: type, database, user, address, method


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in objects.pods:
        for container in pod.containers():
            yield from _of_client(container, pod.owner)
    for cluster in objects.of("Cluster", "postgresql.cnpg.io"):
        yield from _of_cluster(cluster)


def _of_client(container: Container, owner: Subject) -> Iterator[Violation]:
    usual = container.env.get(VARIABLE)
    told = {str(get(one, "name")) for one in items(container.spec.get("env"))}
    if usual is not None and usual not in ENCRYPTED:
        path = f"{container.path}.env"
        yield Violation(owner, f"container {container.name}: {VARIABLE} is {usual}; {_BOUND}", path)
        return
    for one in addresses(container):
        if one.scheme.partition("+")[0] not in {"postgres", "postgresql"} or one.is_here:
            continue
        mode = next((one.options[name] for name in _OPTIONS if name in one.options), usual)
        # A mode that comes from elsewhere, such as a Secret, is not known here.
        if mode not in {*ENCRYPTED, "true"} and not (mode is None and VARIABLE in told):
            said = "no sslmode, which is prefer" if mode is None else f"sslmode {mode}"
            yield Violation(owner, f"container {container.name}: {one.variable} has {said}; {_BOUND}", one.path)


def _of_cluster(cluster: Subject) -> Iterator[Violation]:
    """Judge who is let in: CloudNativePG ends with a line that lets everybody in with a password, TLS or not.

    https://cloudnative-pg.io/docs/current/postgresql_conf#the-pg_hba-section
    """
    path = "spec.postgresql.pg_hba"
    for index, line in enumerate(items(cluster.get(path))):
        words = str(line).split()
        if len(words) < _WORDS or words[0] not in _PLAIN:
            continue
        if words[-1] != "reject":
            message = f"pg_hba lets clients in without TLS: {line}; it must be hostssl"
            yield Violation(cluster, message, f"{path}[{index}]")
            return
        if words[1:4] == ["all", "all", "all"]:
            return
    yield Violation(cluster, "pg_hba refuses nobody who comes without TLS; it must", path)


_BOUND = f"it must be {', '.join(ENCRYPTED[:-1])} or {ENCRYPTED[-1]}"
RULE = Rule(
    name="postgres-tls",
    group="security",
    title="Connections to PostgreSQL are encrypted, and it takes no others",
    why=(
        "libpq's own `prefer` goes on without TLS when somebody on the way answers that there is none; and what one "
        "client asks for, another forgets."
    ),
    severity="high",
    remedy=(
        "Set PGSSLMODE (or sslmode in the address) to verify-full with PGSSLROOTCERT, of an external database `tls: "
        "verify`; of a Cluster begin spec.postgresql.pg_hba with `hostnossl all all all reject`"
    ),
    standards=(
        Standard(
            "PostgreSQL", "19.9 Secure TCP/IP Connections with SSL", "https://www.postgresql.org/docs/18/ssl-tcp.html"
        ),
        nsa("Network separation and hardening: Encryption"),
    ),
    examples=Example(
        good="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {postgresql: {pg_hba: [hostnossl all all all reject]}}
---
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
    env:
    - {name: DATABASE_URL, value: "postgresql://shop@postgres-rw:5432/shop"}
    - {name: PGSSLMODE, value: verify-full}
""",
        bad="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3}
---
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
    env: [{name: DATABASE_URL, value: "postgresql://shop@postgres-rw:5432/shop"}]
""",
    ),
    of_plan=_judge,
)
