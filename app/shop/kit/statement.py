"""Statements of SQLAlchemy Core as asyncpg takes them: compiled once, executed without SQLAlchemy.

Its engine costs about as much processor time a request as all the rest of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect

Parameters = Mapping[str, Any]

_dialect = dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with places $1, $2 and so on, the parameter of each, and the values of those that the statement has itself.

    Values go to the server as they are given: there is no conversion by SQLAlchemy's types.
    """

    sql: str
    places: tuple[str, ...]
    values: Parameters

    def arguments(self, parameters: Parameters) -> list[Any]:
        """Return what goes into the places; `KeyError` for a parameter that is missing."""
        return [parameters[place] if place in parameters else self.values[place] for place in self.places]


@lru_cache
def compiled(statement: Executable) -> Statement:
    """Compile a statement that lives as long as its module."""
    found = statement.compile(dialect=_dialect)  # type: ignore[attr-defined]
    places = tuple(found.positiontup or ())
    own = {name: value for name, value in found.params.items() if value is not None}
    return Statement(str(found), places, own)
