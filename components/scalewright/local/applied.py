"""The declaration that was last brought up: what runs, whatever its files say by now."""

from __future__ import annotations

from pydantic import ValidationError

from scalewright.declaration import Backend
from scalewright.local.errors import PlatformError
from scalewright.local.state import State, write

FILE = "applied.json"


def save(state: State, backend: Backend) -> None:
    """Remember what was brought up."""
    write(state / FILE, backend.model_dump_json(indent=2) + "\n")


def load(state: State) -> Backend:
    """Return what was brought up; raises PlatformError if nothing was, or by a version that declared otherwise."""
    try:
        return Backend.model_validate_json((state / FILE).read_bytes())
    except FileNotFoundError as error:
        raise PlatformError(
            f"environment {state.environment} has not come up yet: its first `scalewright up` has not ended, or not "
            "well. Run `scalewright up` again"
        ) from error
    except ValidationError as error:
        raise PlatformError(
            f"environment {state.environment} was not brought up by this version. Run `scalewright up` first"
        ) from error
