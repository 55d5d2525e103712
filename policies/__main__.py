"""The pack as Pulumi runs it: the rules of all packs that are installed, for the project that this folder is in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scalewright.declaration.errors import Mistakes
from scalewright.local.errors import PlatformError
from scalewright.policies.crossguard import serve

#: The folder that holds `stacks`, where the pack lies elsewhere: Pulumi does not tell a pack whose stack it is at.
PROJECT = "SCALEWRIGHT_PROJECT"

try:
    serve(Path(os.environ.get(PROJECT) or Path(__file__).parents[1]))
except (Mistakes, PlatformError) as trouble:
    sys.exit(str(trouble))
