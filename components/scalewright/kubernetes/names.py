"""What the parts of a backend are called: their objects, and so the pods and addresses that others look for."""

GATEWAY = "gateway"
MIGRATIONS = "migrations"
NETWORK = "network"
OBJECT_STORE = "object-store"
OBSERVABILITY = "observability"
POSTGRES = "postgres"
REDIS = "redis"
SECRETS = "secrets"
EVENTS = "events"


def relay(service: str) -> str:
    """Return the name of the relay of a service's outbox."""
    return f"{service}-relay"


def worker(workers: str) -> str:
    """Return the name of what works off the queues of a set of workers."""
    return f"{workers}-worker"


def beat(workers: str) -> str:
    """Return the name of what sends the scheduled tasks of a set of workers."""
    return f"{workers}-beat"
