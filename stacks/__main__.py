"""The Pulumi program: plan the environment that the stack is named for, and have its platform run the plan."""

from pathlib import Path

import pulumi

from scalewright.cli.target import target
from scalewright.declaration import Mistakes
from scalewright.local.errors import PlatformError
from scalewright.local.resource import LocalBackend

project, environment = Path(__file__).resolve().parents[1], pulumi.get_stack()
try:
    platform, backend = target(project, environment)
    plan = platform.survey(backend).plan
except (Mistakes, PlatformError) as trouble:
    raise pulumi.RunError(str(trouble)) from None

running = LocalBackend(backend.name, project, environment, plan)
pulumi.export("url", running.url)
pulumi.export("primary", running.primary)
pulumi.export("replicas", running.replicas)
