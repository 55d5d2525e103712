"""The operators of a cluster, installed once for all its environments.

Each is a release of Helm's own (`helm.v3.Release`), and not a chart that Pulumi renders (`helm.v4.Chart`): the latter
leaves Helm's hooks out, by which cert-manager waits for its webhook and kube-prometheus-stack makes the certificate of
its own; and what `helm list` shows is what anybody else who looks after the cluster expects.
https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/choosing-the-right-helm-resource-for-your-use-case/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NotRequired, TypedDict, cast

from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.yaml.v2 import ConfigFile

from scalewright.declaration.model import Model
from scalewright.declaration.names import Matching
from scalewright.declaration.problem import Absent, Problem
from scalewright.declaration.wording import nearest
from scalewright.kubernetes import arguments
from scalewright.kubernetes.addon import ADDONS, Addon, Values
from scalewright.kubernetes.arguments import ObjectLabel, Rules, judged
from scalewright.kubernetes.component import Component

#: A first start pulls images; kube-prometheus-stack has seven of them.
TIMEOUT_SECONDS = 600
_NUMBER = "(?:0|[1-9][0-9]*)"
_EXACT = Matching(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-[0-9A-Za-z.-]+)?",
    "it must be an exact version (https://semver.org): a range, or latest, changes by itself",
    "Write it as in 2.21.1",
)


class Choice(Model):
    """What a cluster has otherwise than the table of addons."""

    installed: bool = False
    """Whether it is there already, made by somebody else: it is left alone, and what needs it goes ahead."""
    version: Annotated[str, _EXACT] | None = None
    """Another version of its chart."""
    namespace: ObjectLabel | None = None
    """Another namespace. Network policies of environments let operators in from the one in the table."""
    values: dict[str, Any] | None = None
    """More values of its chart; they go over ours."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse to set up what somebody else did."""
        for setting in ("version", "values"):
            if self.installed and getattr(self, setting) is not None:
                value = getattr(self, setting)
                bound = "it must be left out of what is installed already, because whoever did that chose it"
                yield Problem((setting,), value, bound, "Take it out, or installed")


class AddonsArgs(TypedDict):
    """Which operators there are to be: all of the table, unless told otherwise."""

    operators: NotRequired[dict[str, Any]]
    """By name: `false` for one that the cluster shall not have; `{installed: true}` for one that it has already; else
    any of `version`, `namespace` and `values`."""


RULES = Rules(shape=AddonsArgs)


class Addons(Component):
    """A release for each operator, those that others need before them."""

    installed: Output[dict[str, str]]
    """The version of each that was made here, by name."""

    def __init__(self, name: str, args: AddonsArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Addons", name, args, RULES, _problems)
        super().__init__(name, args, opts)
        choices = _choices(args.get("operators", {}))
        made: dict[str, Resource] = {}
        for addon in ordered():
            choice = choices.get(addon)
            if choice and not choice.installed:
                after = [made[one] for one in _before(addon) if one in made]
                made[addon] = self._make(addon, choice, choices, after)
        versions = {one: choices[one].version or ADDONS[one].version for one in made}
        self.installed = Output.from_input(versions)
        self.finish()

    def _make(self, name: str, choice: Choice, choices: Mapping[str, Choice], after: list[Resource]) -> Resource:
        addon = ADDONS[name]
        version = choice.version or addon.version
        if not addon.is_chart:
            # With a definition goes every object of its kind, so these outlive a `pulumi destroy`.
            opts = self.child(depends_on=after, retain_on_delete=True)
            file = ConfigFile(name, file=addon.source.format(version=version.removeprefix("v")), opts=opts)
            return cast("Resource", file)
        release = Release(
            name,
            name=name,
            chart=addon.source,
            repository_opts={"repo": addon.repository} if addon.repository else None,
            version=version,
            namespace=_namespace(name, choices),
            create_namespace=True,
            values=_values(addon, choice, choices),
            timeout=TIMEOUT_SECONDS,
            max_history=5,
            opts=self.child(depends_on=after),
        )
        return cast("Resource", release)


def ordered() -> list[str]:
    """Return the names of all addons, each after those that come before it."""
    names: list[str] = []

    def add(name: str) -> None:
        for one in _before(name):
            add(one)
        if name not in names:
            names.append(name)

    for name in ADDONS:
        add(name)
    return names


def _before(name: str) -> tuple[str, ...]:
    return (*ADDONS[name].needs, *ADDONS[name].beside)


def _choices(operators: Mapping[str, Any]) -> dict[str, Choice]:
    """Return what is to be of each addon; those that the cluster shall not have are left out."""
    asked = {name: operators.get(name, True) for name in ADDONS}
    return {name: Choice(**(one if isinstance(one, dict) else {})) for name, one in asked.items() if one is not False}


def _namespace(name: str, choices: Mapping[str, Choice]) -> str | None:
    """Return where an addon is to be: where it was asked for, or where the one is that it must be beside."""
    addon, chosen = ADDONS[name], choices[name].namespace
    beside = _namespace(addon.together, choices) if addon.together and addon.together in choices else None
    return chosen or beside or addon.namespace


def _values(addon: Addon, choice: Choice, choices: Mapping[str, Choice]) -> dict[str, Any]:
    values = addon.values
    for other, more in addon.beside.items():
        values = _merged(values, more) if other in choices else values
    return _merged(values, choice.values or {})


def _merged(below: Values, above: Values) -> dict[str, Any]:
    """Return both; where both have a value, the upper one, but mappings together, as Helm does with its files."""
    both = {
        key: _merged(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], Mapping) and isinstance(above[key], Mapping)
    }
    return {**below, **above, **both}


def _problems(args: AddonsArgs) -> Iterator[Problem]:
    operators = args.get("operators", {})
    found = [problem for name, asked in operators.items() for problem in _problems_of(name, asked)]
    yield from (one.below(("operators",)) for one in found)
    if not found:
        yield from (one.below(("operators",)) for one in _missing(operators))
        yield from (one.below(("operators",)) for one in _apart(_choices(operators)))


def _problems_of(name: str, asked: Any) -> Iterator[Problem]:
    if name not in ADDONS:
        near = nearest(name, sorted(ADDONS))
        remedy = f"Did you mean {near}?" if near else "Take it out"
        yield Problem((name,), Absent.UNKNOWN, f"it must be one of {', '.join(sorted(ADDONS))}", remedy)
    elif not isinstance(asked, bool | dict):
        bound = "it must be true, false, or a mapping of settings"
        yield Problem((name,), asked, bound, "Write it as in {installed: true}")
    elif isinstance(asked, dict):
        yield from (one.below((name,)) for one in judged(Choice, asked))
        for setting in () if ADDONS[name].is_chart else ("namespace", "values"):
            if setting in asked:
                bound = f"it must be left out of {name}, which is no chart"
                yield Problem((name, setting), asked[setting], bound, "Take it out")


def _missing(operators: Mapping[str, Any]) -> Iterator[Problem]:
    """Find what is switched off and needed by what is not."""
    for name in ADDONS:
        needing = [one for one in ADDONS if name in ADDONS[one].needs and _is_ours(operators.get(one, True))]
        if operators.get(name, True) is False and needing:
            bound = f"it must be there for {', '.join(needing)}"
            remedy = f"Write {{installed: true}} if the cluster has it already, or switch off {', '.join(needing)} too"
            yield Problem((name,), False, bound, remedy)


def _is_ours(asked: Any) -> bool:
    return asked is not False and not (isinstance(asked, dict) and asked.get("installed"))


def _apart(choices: Mapping[str, Choice]) -> Iterator[Problem]:
    """Find what must be in one namespace and is in two."""
    for name, choice in choices.items():
        other = ADDONS[name].together
        wanted = _namespace(other, choices) if other and other in choices else None
        if choice.namespace and wanted and choice.namespace != wanted:
            bound = f"it must be that of {other}, which is {wanted!r}"
            yield Problem((name, "namespace"), choice.namespace, bound, "Take it out: it follows")
