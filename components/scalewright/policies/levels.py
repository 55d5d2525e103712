"""How strict the environments of a project are: `stacks/policies.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError, create_model

from scalewright.declaration.environment import environments
from scalewright.declaration.errors import Mistakes
from scalewright.declaration.model import Model
from scalewright.declaration.problem import Absent, Problem
from scalewright.declaration.wording import nearest, problems_of
from scalewright.plan.policy.report import Level
from scalewright.plan.policy.strictness import Strictness
from scalewright.plan.policy.subject import mapping
from scalewright.policies.settings_file import content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path as FilePath

    from scalewright.declaration.problem import Path
    from scalewright.plan.policy.rule import Rule

FILE = "stacks/policies.yaml"


class RuleSaid(Model):
    """What is said of one rule."""

    level: Annotated[Level | None, Field(examples=["advisory"])] = None
    """Of its findings: `mandatory` stops what is under way, `advisory` is told, `disabled` is not looked for."""
    settings: Annotated[dict[str, Any], Field(default_factory=dict)]
    """Settings of the rule, over its defaults; docs/policies.md has those of each."""


class Said(Model):
    """What is said of an environment, or of all of them."""

    level: Annotated[Level | None, Field(examples=["mandatory"])] = None
    """Of the findings of every rule that is not named below."""
    rules: Annotated[dict[str, RuleSaid], Field(default_factory=dict)]
    """Single rules, by name."""


class PoliciesFile(Said):
    """The file as a whole: what is said of all environments, and over that what is said of one."""

    environments: Annotated[dict[str, Said], Field(default_factory=dict)]
    """Single environments, by name."""


def strictness(
    project: FilePath, environment: str | None, rules: Iterable[Rule], otherwise: Level = "mandatory"
) -> Strictness:
    """Return how strict an environment is, or what is so of all of them; `otherwise` where the file does not say.

    Raises Mistakes, all of those of the file together, whichever environment they are of.
    """
    known = {rule.name: rule for rule in rules}
    found, settings, mistakes = content(project, FILE, PoliciesFile)
    mistakes += settings.located(_problems(mapping(settings.document.data), known, environments(project)))
    if found is None or mistakes:
        raise Mistakes(mistakes)
    parts = [found, *([found.environments[environment]] if environment in found.environments else [])]
    levels: dict[str, Level] = {}
    given: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name, said in part.rules.items():
            if said.level:
                levels[name] = said.level
            given[name] = {**given.get(name, {}), **_typed(known[name], said.settings)}
    level = next((part.level for part in reversed(parts) if part.level), otherwise)
    return Strictness(level=level, levels=levels, settings=given)


def _problems(data: Mapping[str, Any], known: Mapping[str, Rule], names: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with names and settings; what has not the form of the file is passed over."""
    yield from _of_rules(data, known, ())
    for name, said in mapping(data.get("environments")).items():
        path = ("environments", name)
        if name not in names:
            yield unknown(path, "environment", name, names)
        yield from _of_rules(mapping(said), known, path)


def _of_rules(said: Mapping[str, Any], known: Mapping[str, Rule], above: Path) -> Iterator[Problem]:
    for name, of_rule in mapping(said.get("rules")).items():
        path = (*above, "rules", name)
        if name not in known:
            yield unknown(path, "rule", name, known)
        else:
            given = mapping(mapping(of_rule).get("settings"))
            yield from (one.below((*path, "settings")) for one in _of_settings(known[name], given))


def unknown(path: Path, what: str, name: str, known: Collection[str], value: object = Absent.UNKNOWN) -> Problem:
    """Return the problem of a name that stands for nothing."""
    near = nearest(name, known)
    bound = f"it must be {'an' if what[0] in 'aeiou' else 'a'} {what} that there is"
    if len(known) <= 12:
        bound += f": {', '.join(known) or 'there is none'}"
    return Problem(path, value, bound, f"Did you mean {near}?" if near else "Take it out")


def _of_settings(rule: Rule, given: Mapping[str, Any]) -> Iterator[Problem]:
    model = _model(rule)
    try:
        model.model_validate(given)
    except ValidationError as error:
        for one in problems_of(error, model):
            if one.value is Absent.UNKNOWN and not rule.settings:
                yield Problem(one.path, one.value, f"rule {rule.name} has no settings", "Take it out")
            else:
                yield one


def _typed(rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as the rule has them by default: a list in the file is a tuple to a rule that has one."""
    found = _model(rule).model_validate(given)
    made = {name: getattr(found, name) for name in given}
    return {
        name: type(rule.settings[name])(value) if isinstance(rule.settings[name], (tuple, frozenset, set)) else value
        for name, value in made.items()
    }


def _model(rule: Rule) -> type[Model]:
    """Return a model of the settings of a rule: each has the type of its default."""
    fields: dict[str, Any] = {name: (_type(default), default) for name, default in rule.settings.items()}
    return create_model(rule.name, __base__=Model, **fields)


def _type(default: Any) -> Any:
    if isinstance(default, (tuple, list, frozenset, set)):
        kinds = {_type(one) for one in default}
        return list[kinds.pop()] if len(kinds) == 1 else list[Any]  # type: ignore[misc]
    if isinstance(default, dict):
        kinds = {_type(one) for one in default.values()}
        return dict[str, kinds.pop()] if len(kinds) == 1 else dict[str, Any]  # type: ignore[misc]
    return Any if default is None else type(default)
