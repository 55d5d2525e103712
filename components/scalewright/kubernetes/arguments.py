"""Arguments of components, checked before the first resource is asked for: all mistakes together, a line each.

Plain values are judged by the declaration's own rules; what is known only once something is made passes unjudged, where
it may be given at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pulumi import RunError
from pydantic import TypeAdapter, ValidationError

from scalewright.declaration.cluster import NamespaceName
from scalewright.declaration.errors import shown
from scalewright.declaration.model import Model
from scalewright.declaration.names import EnvironmentName, Image, Matching
from scalewright.declaration.problem import Absent, Problem, dotted
from scalewright.declaration.wording import nearest, problems_of
from scalewright.kubernetes.shape import is_later, shape_of

ObjectLabel = Annotated[
    str,
    Matching(
        "[a-z](?:[a-z0-9-]*[a-z0-9])?",
        "it must be a DNS label: lower-case letters, digits and hyphens, a letter first and no hyphen last",
        "Rename it",
        # A Service may have 63 (RFC 1035); the rest is for what controllers append to name what they make of it.
        longest=52,
    ),
]
"""The name of a component, and of the objects that it makes."""

OF_PODS: Mapping[str, Any] = {"image": Image, "environment": dict[EnvironmentName, str]}
"""What everything with pods has."""
_COMMON: Mapping[str, Any] = {"namespace": NamespaceName, "part_of": ObjectLabel}


class ArgumentsError(RunError):
    """Arguments that cannot be; the text has a line for each mistake. Pulumi shows it without a traceback."""

    def __init__(self, whose: str, problems: Iterable[Problem]) -> None:
        self.whose, self.problems = whose, tuple(problems)
        super().__init__("\n".join(f"{whose}: {_sentence(one)}" for one in self.problems))

    def told(self, otherwise: Callable[[Problem], Problem]) -> "ArgumentsError":
        """Return the same in other words."""
        return ArgumentsError(self.whose, map(otherwise, self.problems))


@dataclass(frozen=True)
class Rules:
    """What the arguments of a component must be."""

    shape: Any
    """The TypedDict: which arguments there are, and which are required."""
    of: Mapping[str, Any] = field(default_factory=dict)
    """Types of single arguments."""
    part: type[Model] | None = None
    """The part of a declaration whose settings the other arguments of the same name are."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """What that part must have besides."""

    @property
    def settings(self) -> set[str]:
        """The arguments that are settings of the part."""
        return set(self.part.model_fields) - self.judged_by.keys() if self.part else set()

    @property
    def judged_by(self) -> Mapping[str, Any]:
        """The types of single arguments, those of all components included."""
        known = self.shape.__required_keys__ | self.shape.__optional_keys__
        return {**{key: rule for key, rule in _COMMON.items() if key in known}, **self.of}


def check(
    component: str,
    name: str,
    args: Mapping[str, Any],
    rules: Rules,
    more: Callable[[Any], Iterable[Problem]] | None = None,
) -> None:
    """Raise ArgumentsError for all that is wrong with the arguments of one component.

    `more` finds what else is wrong, between arguments; it is asked where all have the types that they must have.
    """
    of_shape = [one for one in judged(shape_of(rules.shape), dict(args)) if len(one.path) > 1 or _is_there(one)]
    of_values = list(_values(args, rules))
    # What a declaration has, too, is told in its words, and so is what has a rule of its own.
    told = {one.path for one in of_values}
    problems = [
        *(one.below(("name",)) for one in judged(ObjectLabel, name)),
        *_keys(args, rules),
        *of_values,
        *(one for one in of_shape if one.path not in told and _is_of_the_shape_alone(one, rules)),
    ]
    if more and not any(map(_is_there, of_shape)):
        told = {one.path for one in problems}
        problems += (one for one in more(args) if one.path not in told)
    if found := problems or of_shape:
        raise ArgumentsError(f"{component} {name!r}", found)


def _is_of_the_shape_alone(problem: Problem, rules: Rules) -> bool:
    """Whether the part of a declaration, if there is one, has no rule for it: its values are judged there."""
    return problem.path[0] not in rules.settings or isinstance(problem.value, Absent)


def _is_there(problem: Problem) -> bool:
    """Whether it is about a value, and not about a key that is missing or unknown."""
    return problem.value not in (Absent.MISSING, Absent.UNKNOWN)


def _sentence(problem: Problem) -> str:
    end = "" if problem.remedy.endswith("?") else "."
    return f"{dotted(problem.path)} is {shown(problem.value)}; {problem.bound}. {problem.remedy}{end}"


def _keys(args: Mapping[str, Any], rules: Rules) -> Iterator[Problem]:
    known = sorted(rules.shape.__required_keys__ | rules.shape.__optional_keys__)
    for key in args:
        if key not in known:
            near = nearest(key, known)
            remedy = f"Did you mean {near}?" if near else "Take it out"
            yield Problem((key,), Absent.UNKNOWN, f"it must be one of {', '.join(known)}", remedy)
    for key in sorted(rules.shape.__required_keys__ - set(args)):
        yield Problem((key,), Absent.MISSING, "it must be given", "Give it")


def _values(args: Mapping[str, Any], rules: Rules) -> Iterator[Problem]:
    plain = {key: value for key, value in args.items() if is_plain(value)}
    for key, rule in rules.judged_by.items():
        if key in plain:
            yield from (one.below((key,)) for one in judged(rule, plain[key]))
    if rules.part is not None:
        yield from judged(rules.part, {**rules.example, **{key: plain[key] for key in rules.settings & plain.keys()}})


def judged(rule: Any, value: Any) -> Iterator[Problem]:
    """Yield what is wrong with a plain value by a type of the declaration."""
    try:
        if isinstance(rule, type) and issubclass(rule, Model):
            rule.model_validate(value)
        else:
            TypeAdapter(rule).validate_python(value, strict=True)
    except ValidationError as error:
        yield from problems_of(error, rule)


def is_plain(value: Any) -> bool:
    """Whether a value is known now, and not only once something is made."""
    if isinstance(value, Mapping):
        return all(map(is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return not is_later(value)
