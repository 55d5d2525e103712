"""A Pulumi program as data: run in this process before a monitor of our own, which takes down what is asked of it.

No engine, no provider, no cluster and no credentials are needed. What only they could tell is unknown, see
:data:`scalewright.plan.resources.UNKNOWN`. Transforms that a program registers are not run.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from pulumi import RunError
from pulumi.runtime import rpc, set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, get_project, get_stack
from pulumi.runtime.stack import run_pulumi_func

from scalewright.plan.collector import uncollected
from scalewright.plan.resources import SECRET, UNKNOWN, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_STACK = "pulumi:pulumi:Stack"
# How values that JSON does not have travel: https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/deployment-schema.html
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the same for every secret


class ProgramError(Exception):
    """A program that Pulumi would end without a traceback; the text has a line for each mistake."""


def evaluate(
    program: Callable[[], None], project: str, stack: str, settings: Mapping[str, Any] | None = None
) -> tuple[Resource, ...]:
    """Run a program as Pulumi does for a preview, and return the resources that it asks for, by URN.

    The order is one in which they can be made. `settings` are the stack's configuration as its file has it, by full
    names; of what is encrypted there, nothing but that it is secret is known. Raises ProgramError for a
    pulumi.RunError, for what only a provider could answer, and for a resource that is asked for twice; what else the
    program raises is raised.
    """
    monitor, told = _Monitor(), settings or {}

    async def settled() -> None:
        program()
        await _settle()

    async def run() -> None:
        # The first error of a resource is raised below; that others who waited for it failed too is no news.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        SETTINGS.outputs.clear()  # what an earlier program left that failed
        set_all_config({name: _configured(value) for name, value in told.items()}, _secret(told))
        set_mocks(monitor.mocks, project=project, stack=stack, preview=True, monitor=monitor)
        await run_pulumi_func(settled)

    try:
        with uncollected():  # nearly all that a program makes is needed to its end
            asyncio.run(run())
    except RunError as error:
        raise ProgramError(str(error)) from error
    if twice := list(_twice(monitor.taken)):
        raise ProgramError("\n".join(twice))
    return tuple(monitor.taken)


async def _settle() -> None:
    """Wait for all that a program set going: Pulumi looks at everything again whenever one of it is done."""
    while pending := [one for one in SETTINGS.outputs if not one.done()]:
        await asyncio.wait(pending)


def _configured(value: Any) -> str:
    """Return a setting as the engine hands it to a program: texts as they are, all else as JSON."""
    known = _decrypted(value)
    return known if isinstance(known, str) else json.dumps(known)


def _decrypted(value: Any) -> Any:
    """Return a setting without what is encrypted: https://www.pulumi.com/docs/iac/concepts/secrets/."""
    match value:
        case {"secure": str()} if len(value) == 1:
            return SECRET
        case dict():
            return {key: _decrypted(one) for key, one in value.items()}
        case list():
            return [_decrypted(one) for one in value]
        case _:
            return value


def _secret(settings: Mapping[str, Any]) -> list[str]:
    """Return the names of settings that are encrypted, or in part."""
    return [name for name, value in settings.items() if value != _decrypted(value)]


def _twice(resources: Iterable[Resource]) -> Iterator[str]:
    """Yield a sentence for each resource that is asked for again, but for those of a component that is."""
    by_urn: dict[str, list[Resource]] = defaultdict(list)
    for one in resources:
        by_urn[one.urn].append(one)
    for urn, (first, *others) in by_urn.items():
        if others and len(by_urn.get(first.parent or "", ())) < 2:
            kind = first.type.rpartition(":")[2]
            yield f"{kind} {first.name!r} is made twice; Pulumi knows both as {urn}. Rename one of the two"


class _Nobody(Mocks):
    """What the SDK's own monitor would ask, and ours never does."""

    def call(self, args: MockCallArgs) -> Any:
        raise NotImplementedError

    def new_resource(self, args: MockResourceArgs) -> Any:
        raise NotImplementedError


class _Monitor(MockMonitor):
    """Takes down every resource, and answers with its inputs: all else is unknown in a preview."""

    def __init__(self) -> None:
        super().__init__(_Nobody())
        self.taken: list[Resource] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN that the engine would give: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns."""
        above = parent.split("::")[2] if parent else _STACK
        types = type_ if above == _STACK else f"{above}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{types}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the call
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type != _STACK:
            inputs = {key: _plain(value) for key, value in json_format.MessageToDict(request.object).items()}
            self.taken.append(
                Resource(
                    urn=urn,
                    type=request.type,
                    name=request.name,
                    inputs=inputs,
                    parent=None if f"::{_STACK}::" in request.parent else request.parent or None,
                    depends_on=tuple(sorted(request.dependencies)),
                    custom=request.custom,
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                )
            )
        return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        kind = request.type.rpartition(":")[2]
        raise RunError(
            f"{kind} {request.name!r} is read by its provider, which `pulumi up` alone asks. "
            "Write down what is known of it, or take it out"
        )

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        raise RunError(f"{request.tok} is answered by a provider, which `pulumi up` alone asks. Take the call out")


def _plain(value: Any) -> Any:
    """Return a value as it was before it travelled: whole numbers became floats, and some values have a signature."""
    match value:
        case dict() if value.get(_SIGNATURE) == _SECRET_SIGNATURE:
            return SECRET
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case float() if value.is_integer():
            return int(value)
        case rpc.UNKNOWN:
            return UNKNOWN
        case _:
            return value
