"""Connection poolers before a PostgreSQL of CloudNativePG: PgBouncer, for writes and, where asked, for reads.

https://cloudnative-pg.io/docs/current/connection_pooling and https://www.pgbouncer.org/config.html
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from pulumi import ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright.kubernetes.disruption import budget
from scalewright.kubernetes.metadata import MANAGED_BY, MANAGER, PART_OF, metadata
from scalewright.kubernetes.pod import ResourcesArgs, requests_and_limits, spread_of_operators

API = "postgresql.cnpg.io/v1"
ROLE = "pooler"
WRITES, READS = "rw", "ro"
#: The label by which CloudNativePG selects the pods of a pooler.
SELECTOR = "cnpg.io/poolerName"
RESOURCES: ResourcesArgs = {"cpu": "100m", "memory": "128Mi"}
#: What clients ask for as they connect and PgBouncer cannot keep for each client; CloudNativePG adds `options`. Limits
#: of time are therefore the pooler's own (`query_timeout`) and the server's (`client_connection_check_interval`).
IGNORED = (
    "client_connection_check_interval",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lock_timeout",
    "statement_timeout",
)
PARAMETERS = {
    "ignore_startup_parameters": ",".join(IGNORED),
    # Named statements follow their client from one server connection to another. asyncpg keeps 100 for each client.
    "max_prepared_statements": "200",
    # After a failover there must be new connections at once: the defaults are 15 s each.
    "server_connect_timeout": "3",
    "server_login_retry": "1",
    # A client that finds every connection busy is told so while it still wants to know; the default is 120 s.
    "query_wait_timeout": "10",
}


class PoolerArgs(TypedDict):
    """How connections are pooled."""

    instances: NotRequired[int]
    """How many poolers run; 1 by default."""
    mode: NotRequired[str]
    """When a server connection returns to the pool: `transaction`, the default, or `session`."""
    pool_size: NotRequired[int]
    """Server connections that each pooler holds for one user and database; 20 by default."""
    max_clients: NotRequired[int]
    """Client connections that each pooler accepts; 1000 by default."""
    replicas: NotRequired[bool]
    """Whether there are poolers for reads from replicas, too; false by default."""
    statement_seconds: NotRequired[int]
    """Seconds after which a statement through the pooler is ended; unlimited by default."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each pooler; `100m` and `128Mi` by default."""


def poolers(cluster: str, args: PoolerArgs) -> dict[str, str]:
    """Return the names of the poolers of a cluster, by what they are for."""
    kinds = (WRITES, READS) if args.get("replicas") else (WRITES,)
    return {kind: f"{cluster}-pooler-{kind}" for kind in kinds}


def pool(owner: Mapping[str, Any], cluster: str, kind: str, args: PoolerArgs, opts: ResourceOptions) -> CustomResource:
    """Make the poolers of one kind, and a budget for them; `owner` are the arguments of the cluster."""
    name = poolers(cluster, args)[kind]
    described = metadata(owner, name, ROLE)
    made = CustomResource(
        name,
        api_version=API,
        kind="Pooler",
        metadata=described,
        spec={
            "cluster": {"name": cluster},
            "instances": args.get("instances", 1),
            "type": kind,
            "pgbouncer": {
                # An application remembers for each connection what its replica has replayed, so that it reads its own
                # writes: such a connection must not move to another replica between two transactions.
                "poolMode": "session" if kind == READS else args.get("mode", "transaction"),
                "parameters": _parameters(args),
            },
            "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": _template(owner, name, args),
        },
        opts=opts,
    )
    budget(described, {SELECTOR: name}, opts)
    return made


def _parameters(args: PoolerArgs) -> dict[str, str]:
    return {
        **PARAMETERS,
        "default_pool_size": str(args.get("pool_size", 20)),
        "max_client_conn": str(args.get("max_clients", 1000)),
        "query_timeout": str(args.get("statement_seconds", 0)),
    }


def _template(owner: Mapping[str, Any], name: str, args: PoolerArgs) -> dict[str, Any]:
    """Return what is ours of the pods; user, root and capabilities are the operator's, as ``restricted`` wants them."""
    resources = requests_and_limits(args.get("resources", RESOURCES))
    return {
        "metadata": {"labels": {PART_OF: owner.get("part_of", name), MANAGED_BY: MANAGER}},
        "spec": {
            "containers": [{"name": "pgbouncer", "resources": resources}],
            "topologySpreadConstraints": spread_of_operators({"matchLabels": {SELECTOR: name}}),
        },
    }
