"""The Pulumi program: make the environment that the stack is named for, and export where it is reached."""

from pathlib import Path

import pulumi

from scalewright.program import provision

for name, value in provision(Path(__file__).resolve().parents[1], pulumi.get_stack()).items():
    pulumi.export(name, value)
