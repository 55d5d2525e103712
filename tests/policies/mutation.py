"""One field of a plan, broken."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, Final, NamedTuple

from scalewright.plan.policy import Objects, Options, Subject

REMOVED: Final = object()
"""Stands for a property that is taken out; with an empty path, for the whole object."""


class Mutation(NamedTuple):
    """What is written where: an object by kind and name, and a path such as ``spec.template.spec.containers[0].image``.

    A key that holds dots is in quotes: ``metadata.labels["a.b/c"]``. `protect` and `retain_on_delete` as a whole path
    are Pulumi's options. A function with an empty path makes another object of a copy of this one, which comes to it.
    """

    rule: str
    """The rule that must find it, and no other."""
    subject: str
    path: str
    value: Any = REMOVED

    def __str__(self) -> str:
        return f"{self.rule}:{self.subject}:{self.path}"


def broken(objects: Objects, mutation: Mutation) -> Objects:
    """Return the objects with one field broken; raises for an object or a property that is not there."""
    found = [one for one in objects.all if str(one.identity) == mutation.subject]
    assert len(found) == 1, f"{mutation.subject}: {len(found)} objects"
    if not mutation.path and mutation.value is REMOVED:
        return Objects(one for one in objects.all if one is not found[0])
    if not mutation.path:
        return Objects((*objects.all, Subject(mutation.value(deepcopy(found[0].manifest)))))
    return Objects(_broken(one, mutation) if one is found[0] else one for one in objects.all)


def _broken(subject: Subject, mutation: Mutation) -> Subject:
    if mutation.path in Options.model_fields:
        return Subject(subject.manifest, subject.options.model_copy(update={mutation.path: mutation.value}))
    manifest = deepcopy(subject.manifest)
    *above, last = _keys(mutation.path)
    holder: Any = manifest
    for key in above:
        holder = holder[key]
    if mutation.value is REMOVED:
        del holder[last]
    else:
        assert _at(holder, last) != mutation.value, f"{mutation}: it is that already"
        holder[last] = mutation.value
    return Subject(manifest, subject.options)


def _at(holder: Any, key: Any) -> Any:
    return holder.get(key) if isinstance(holder, dict) else holder[key]


def _keys(path: str) -> list[str | int]:
    found = re.findall(r'\["([^"]+)"\]|\[(\d+)\]|([^.\[\]]+)', path)
    return [int(index) if index else quoted or plain for quoted, index, plain in found]
