"""Celery beat: sends the tasks of an application's schedule when they are due. There is never more than one."""

from pulumi import ResourceOptions

from scalewright.declaration import Resources
from scalewright.declaration.names import AppPath
from scalewright.kubernetes import arguments, deployment, heartbeat
from scalewright.kubernetes.arguments import OF_PODS, Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.deployment import Rollout
from scalewright.kubernetes.pod import SCRATCH, PodArgs, container, running

ROLE = "beat"
GRACE = 15


class BeatArgs(PodArgs):
    """A Celery application with a schedule of its own (`beat_schedule`)."""

    app: str
    """The application as package.module:attribute."""


RULES = Rules(shape=BeatArgs, of={**OF_PODS, "app": AppPath, "resources": Resources})


class Beat(Component):
    """A Deployment of one that ends before its successor begins: two would send every task twice.

    When it last sent what, it remembers only while its pod lives: after a move, intervals begin anew.
    """

    def __init__(self, name: str, args: BeatArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Beat", name, args, RULES)
        super().__init__(name, args, opts)
        command = (
            *("python", "-m", "celery", "-A", args["app"], "beat", "--schedule", f"{SCRATCH}/beat-schedule"),
            *("--pidfile", "", "--loglevel", "INFO"),
        )
        made = container("beat", running(args, command, heartbeat.TOLD), **heartbeat.probes())
        rollout = Rollout(grace_seconds=GRACE, replicas=1, alone=True)
        deployment.deploy(self, name, ROLE, args, container=made, rollout=rollout)
        self.finish()
