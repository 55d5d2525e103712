"""The relay of an outbox: carries tasks from a service's table to the broker."""

from pulumi import ResourceOptions

from scalewright.declaration import Resources
from scalewright.kubernetes import arguments, deployment, heartbeat
from scalewright.kubernetes.arguments import OF_PODS, Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.deployment import Rollout
from scalewright.kubernetes.pod import WorkloadArgs, container, running

ROLE = "relay"
#: Seconds for the batch at hand.
GRACE = 15


class RelayArgs(WorkloadArgs):
    """A program that touches `HEALTH_FILE` while it works."""


RULES = Rules(shape=RelayArgs, of={**OF_PODS, "command": list[str], "resources": Resources})


class Relay(Component):
    """A Deployment of one; while it is replaced there are two, each of which takes what the other does not."""

    def __init__(self, name: str, args: RelayArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Relay", name, args, RULES)
        super().__init__(name, args, opts)
        made = container("relay", running(args, args["command"], heartbeat.TOLD), **heartbeat.probes())
        rollout = Rollout(grace_seconds=GRACE, replicas=1)
        deployment.deploy(self, name, ROLE, args, container=made, rollout=rollout)
        self.finish()
