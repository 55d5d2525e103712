"""Secrets that Pulumi keeps encrypted in a stack file: which they are, and what is wrong with them.

https://www.pulumi.com/docs/iac/concepts/secrets/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from scalewright.declaration.external import SecretKey
from scalewright.declaration.names import ObjectName
from scalewright.declaration.problem import Absent, Problem
from scalewright.declaration.wording import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How the ciphertext of a value stands in a stack file.
SECURE = "secure"
HIDDEN = "***"


def keys(value: Any) -> dict[str, list[str]]:
    """Return the names of the Secrets in a sound `scalewright:secrets`, each with its keys."""
    return {name: list(values) for name, values in (value or {}).items()}


def problems(value: Any) -> Iterator[Problem]:
    """Yield what is wrong with `scalewright:secrets`; no value of it is told."""
    if value is None:
        return
    if not isinstance(value, dict) or _is_encrypted(value):
        bound = "it must be a mapping of Secrets, of which only the values are encrypted"
        yield Problem((), HIDDEN, bound, _remedy("NAME", "KEY"))
        return
    for name, values in value.items():
        yield from _of_name(ObjectName, (name,), name)
        if not isinstance(values, dict) or not values or _is_encrypted(values):
            bound = "it must be a mapping of its keys, of which only the values are encrypted"
            yield Problem((name,), HIDDEN if values else Absent.MISSING, bound, _remedy(name, "KEY"))
            continue
        for key, one in values.items():
            yield from _of_name(SecretKey, (name, key), key)
            if not _is_encrypted(one):
                bound = "it must be encrypted, for whoever reads the file reads it"
                yield Problem((name, key), HIDDEN, bound, f"Choose another secret, and write {_command(name, key)}")


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {SECURE} and isinstance(value[SECURE], str)


def _of_name(rule: Any, path: tuple[str, ...], name: Any) -> Iterator[Problem]:
    try:
        TypeAdapter(rule).validate_python(name, strict=True)
    except ValidationError as error:
        yield from (one.below(path) for one in problems_of(error, rule))


def _command(name: str, key: str) -> str:
    return f'`pulumi config set --secret --path \'scalewright:secrets["{name}"]["{key}"]\'`'


def _remedy(name: str, key: str) -> str:
    return f"Write {_command(name, key)}"
