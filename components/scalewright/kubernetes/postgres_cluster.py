"""The ``Cluster`` of CloudNativePG, from the arguments of a Postgres: https://cloudnative-pg.io/docs/current."""

from typing import TYPE_CHECKING, Any

from pulumi import Output

from scalewright.declaration import Quantity
from scalewright.kubernetes import postgres_backup, postgres_pooler
from scalewright.kubernetes.metadata import PART_OF
from scalewright.kubernetes.pod import HOST, RESOURCES, ZONE, requests_and_limits, spread_of_operators

if TYPE_CHECKING:
    from scalewright.kubernetes.postgres import PostgresArgs

#: The version that the local platform runs. Pinned, because the operator's own default moves with the operator.
IMAGE = "ghcr.io/cloudnative-pg/postgresql:18.6-standard-trixie"
#: Applications keep their connections for ever, so waiting for them to leave only keeps new ones out.
SMART_SHUTDOWN_SECONDS = 5
#: The label by which CloudNativePG selects the pods of a cluster.
SELECTOR = "cnpg.io/cluster"
#: What tells its instances from others that have that label, such as poolers; and the label of what makes an instance.
INSTANCES = {"cnpg.io/podRole": "instance"}
JOBS = "cnpg.io/jobRole"


def spec(name: str, args: "PostgresArgs") -> dict[str, Any]:
    """Return the specification of a cluster."""
    instances = args.get("instances", 1)
    return {
        "imageName": args.get("image", IMAGE),
        "instances": instances,
        "inheritedMetadata": {"labels": {PART_OF: args.get("part_of", name)}},
        "bootstrap": {"initdb": _initdb(args)},
        "enableSuperuserAccess": False,
        # A single instance would only hold up the drain of its node; with more, the operator moves the primary first.
        "enablePDB": instances > 1,
        "primaryUpdateMethod": "switchover" if instances > 1 else "restart",
        "smartShutdownTimeout": SMART_SHUTDOWN_SECONDS,
        "postgresql": _postgresql(args, instances),
        "affinity": _affinity(args),
        "topologySpreadConstraints": spread_of_operators({"matchLabels": {SELECTOR: name}}, [ZONE]),
        "storage": _storage(args),
        "resources": requests_and_limits(args.get("resources", RESOURCES)),
        "seccompProfile": {"type": "RuntimeDefault"},
        **_certificates(name, args),
        **({"plugins": [postgres_backup.plugin(name)]} if "backups" in args else {}),
    }


def database(args: "PostgresArgs") -> Any:
    """Return the name of the database, which is also that of its owner."""
    return args.get("database", "app")


def _initdb(args: "PostgresArgs") -> dict[str, Any]:
    """Return how the database is made; its password is the operator's, in the Secret ``<cluster>-app``."""
    return {
        "database": database(args),
        "owner": database(args),
        "encoding": "UTF8",
        "localeCollate": "C.UTF-8",
        "localeCType": "C.UTF-8",
        "dataChecksums": True,
    }


def _postgresql(args: "PostgresArgs", instances: int) -> dict[str, Any]:
    parameters = {**_defaults(args, instances), **args.get("parameters", {})}
    libraries = parameters.pop("shared_preload_libraries", None)
    parameters["max_connections"] = str(args.get("max_connections", 100))
    return {
        "parameters": parameters,
        # Before the operator's own last line, which takes passwords of whoever comes without TLS, too.
        "pg_hba": ["hostnossl all all all reject"],
        **({"shared_preload_libraries": [one.strip() for one in libraries.split(",")]} if libraries else {}),
        **_synchronous(args),
    }


def _defaults(args: "PostgresArgs", instances: int) -> dict[str, Any]:
    """Return parameters that hold unless they are declared."""
    defaults: dict[str, Any] = {}
    if "pooler" in args:
        # What clients ask for as they connect does not pass a pooler; without it, a statement of a client that was
        # killed goes on, with its locks.
        defaults["client_connection_check_interval"] = "500ms"
    storage = args.get("storage", "1Gi")
    if instances > 1 and isinstance(storage, str):
        # A replica that stays away must not fill the disk of its primary.
        defaults["max_slot_wal_keep_size"] = f"{int(Quantity(storage)) // 4 // 2**20}MB"
    return defaults


def _synchronous(args: "PostgresArgs") -> dict[str, Any]:
    """Return how a commit waits for a replica.

    With ``required`` nothing that was acknowledged is lost (RPO 0): neither is it acknowledged without a replica, nor
    is a replica promoted that may lack it. https://cloudnative-pg.io/docs/current/replication#synchronous-replication
    """
    durability = args.get("synchronous")
    if durability is None:
        return {}
    quorum = {"failoverQuorum": True} if durability == "required" else {}
    return {"synchronous": {"method": "any", "number": 1, "dataDurability": durability, **quorum}}


def _affinity(args: "PostgresArgs") -> dict[str, Any]:
    """Return where instances go: never two on one host where commits wait for a second copy, else if it can be."""
    return {
        "enablePodAntiAffinity": True,
        "topologyKey": HOST,
        "podAntiAffinityType": "required" if "synchronous" in args else "preferred",
    }


def _storage(args: "PostgresArgs") -> dict[str, Any]:
    storage_class = {"storageClass": args["storage_class"]} if "storage_class" in args else {}
    return {"size": args.get("storage", "1Gi"), "resizeInUseVolumes": True, **storage_class}


def _certificates(name: str, args: "PostgresArgs") -> dict[str, Any]:
    """Return the names of the poolers, which show clients the certificate of the cluster."""
    if "pooler" not in args:
        return {}
    names: list[Any] = []
    for pooler in postgres_pooler.poolers(name, args["pooler"]).values():
        inside = Output.concat(pooler, ".", args["namespace"])
        names += [pooler, inside, Output.concat(inside, ".svc")]
    return {"certificates": {"serverAltDNSNames": names}}
