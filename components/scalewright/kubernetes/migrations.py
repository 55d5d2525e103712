"""Migrations of the database: a Job that has run before anything that needs its tables starts."""

import hashlib
import re
from typing import Annotated, Any, NotRequired

from pulumi import CustomTimeouts, Output, ResourceOptions
from pulumi_kubernetes.batch.v1 import Job
from pydantic import Field

from scalewright.declaration import Resources
from scalewright.declaration.names import Matching
from scalewright.declaration.problem import Absent, Problem
from scalewright.kubernetes import arguments, deployment
from scalewright.kubernetes.arguments import OF_PODS, Rules, is_plain
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import labels, metadata
from scalewright.kubernetes.pod import WorkloadArgs, container, pod

ROLE = "migrations"
#: Seconds for all attempts, the database's own start included.
DEADLINE = 900
#: Attempts after the first, 10, 20, 40, 80 seconds apart: as long as it takes to make a database, or to fail over.
RETRIES = 4
GRACE = 30
#: Seconds for which Pulumi waits beyond the deadline, so that the Job's own end is what it tells, and not its patience.
PATIENCE = 60


class MigrationsArgs(WorkloadArgs):
    """A program that brings the database to what this release needs, and ends; run again, it finds nothing to do."""

    revision: NotRequired[str]
    """What tells one run from another in the Job's name, in lower-case letters, digits and hyphens.

    By default it is made from image and command; needed where these are known only once something is made.
    """
    deadline_seconds: NotRequired[int]
    """How long all attempts may take together: 900 by default, at most 86400."""


Revision = Annotated[
    str,
    Matching(
        "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
        "it must be lower-case letters, digits and hyphens, no hyphen at either end",
        "Write it as in build-7",
        longest=32,  # what a Job's name of 63 has left, and the name of its pods some more
    ),
]
RULES = Rules(
    shape=MigrationsArgs,
    of={
        **OF_PODS,
        "command": list[str],
        "resources": Resources,
        "revision": Revision,
        "deadline_seconds": Annotated[int, Field(ge=1, le=86400)],
    },
)


class Migrations(Component):
    """A Job named for its release: a Job never changes, so another release is another Job.

    Pulumi waits until it is done, and so does what depends on it. One that failed stays, with its pods and their logs,
    and nothing that depends on it is touched.
    """

    job: Output[str]
    """The Job's name."""

    def __init__(self, name: str, args: MigrationsArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Migrations", name, args, RULES, _without_revision)
        super().__init__(name, args, opts)
        deployment.account(self, name, ROLE, args)
        job = self._job(name, args)
        self.job = job.metadata["name"]
        self.finish()

    def _job(self, name: str, args: MigrationsArgs) -> Job:
        described = metadata(args, name, ROLE, suffix=args.get("revision") or revision(args))
        deadline = args.get("deadline_seconds", DEADLINE)
        return Job(
            str(described["name"]),
            metadata=described,
            spec={
                "backoff_limit": RETRIES,
                "active_deadline_seconds": deadline,
                "template": {
                    "metadata": {"labels": labels(args, name, ROLE)},
                    "spec": {
                        **pod(args, [container("migrations", args)], grace_seconds=GRACE),
                        # Each attempt is a pod of its own, and keeps its log.
                        "restart_policy": "Never",
                        "service_account_name": name,
                    },
                },
            },
            opts=self.child(custom_timeouts=CustomTimeouts(create=f"{deadline + PATIENCE}s")),
        )


def revision(args: WorkloadArgs) -> str:
    """Return what names a release: its digest or tag for people, and a digest of image and command for certainty."""
    image: Any = args["image"]
    _, _, digest = image.partition("@sha256:")
    _, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    release = digest[:12] or re.sub("[^a-z0-9]+", "-", tag.lower()).strip("-")[:20].strip("-") or "latest"
    text = "\0".join([image, *map(str, args["command"])])
    return f"{release}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _without_revision(args: MigrationsArgs) -> tuple[Problem, ...]:
    if "revision" in args or is_plain([args.get("image"), args.get("command")]):
        return ()
    bound = "it must be given where image or command are known only once something is made"
    return (Problem(("revision",), Absent.MISSING, bound, "Give for example a build number"),)
