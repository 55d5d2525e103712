"""A program as data: what it asks for, and what nobody could know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_random
import pytest
from pulumi_kubernetes.core.v1 import ConfigMap, Secret

from scalewright.evaluation import ProgramError, evaluate
from scalewright.plan.resources import SECRET, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.plan.resources import Resource


class Group(pulumi.ComponentResource):
    def __init__(self, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Group", name, inputs, opts)


def resources(program: Callable[[], None]) -> dict[str, Resource]:
    return {one.name: one for one in evaluate(program, "shop", "dev")}


def test_urns_are_those_of_the_engine() -> None:
    def program() -> None:
        outer = Group("outer", {})
        inner = Group("inner", {}, pulumi.ResourceOptions(parent=outer))
        ConfigMap("leaf", metadata={"name": "leaf"}, opts=pulumi.ResourceOptions(parent=inner))

    outer, inner, leaf = resources(program).values()
    assert outer.urn == "urn:pulumi:dev::shop::tests:index:Group::outer"
    assert leaf.urn == "urn:pulumi:dev::shop::tests:index:Group$tests:index:Group$kubernetes:core/v1:ConfigMap::leaf"
    assert [one.parent for one in (outer, inner, leaf)] == [None, outer.urn, inner.urn]
    assert [one.custom for one in (outer, inner, leaf)] == [False, False, True]


def test_numbers_arrive_as_they_were_sent() -> None:
    inputs = {"whole": 3, "half": 2.5, "yes": True, "text": "3", "list": [1, {"deep": 4}]}
    assert resources(lambda: [Group("one", inputs), None][1])["one"].inputs == inputs


def test_what_a_provider_would_answer_is_unknown_and_what_was_given_is_known() -> None:
    def program() -> None:
        first = ConfigMap("first", metadata={"name": "called"})
        told = {"name": first.metadata["name"], "id": pulumi.Output.concat("a ", first.id)}
        ConfigMap("second", metadata={"name": "second"}, data=told)

    first, second = resources(program).values()
    assert second.inputs["data"] == {"name": "called", "id": UNKNOWN}
    assert second.depends_on == (first.urn,)


def test_a_secret_is_never_in_a_record() -> None:
    def program() -> None:
        made = pulumi_random.RandomPassword("made", length=24)
        Secret("generated", metadata={"name": "generated"}, string_data={"password": made.result})
        Secret("given", metadata={"name": "given"}, string_data={"password": "plain to see"})
        ConfigMap("leak", metadata={"name": "leak"}, data={"a": pulumi.Output.secret("plain to see")})

    found = resources(program)
    assert found["generated"].inputs["stringData"] == SECRET
    assert found["given"].inputs["stringData"] == SECRET
    assert found["leak"].inputs["data"] == {"a": SECRET}
    assert "plain to see" not in repr(found)


def test_options_that_keep_data_are_taken_down() -> None:
    def program() -> None:
        kept = pulumi.ResourceOptions(protect=True, retain_on_delete=True)
        ConfigMap("kept", metadata={"name": "kept"}, opts=kept)
        ConfigMap("not", metadata={"name": "not"})

    assert [(one.protect, one.retain_on_delete) for one in resources(program).values()] == [
        (True, True),
        (False, False),
    ]


def test_what_a_program_raises_is_raised_also_from_within_an_output() -> None:
    def at_once() -> None:
        raise pulumi.RunError("no such thing")

    def later() -> None:
        def refuse(_: object) -> None:
            raise pulumi.RunError("not so")

        Group("one", {"value": pulumi.Output.from_input(1).apply(refuse)})

    for program, said in ((at_once, "no such thing"), (later, "not so")):
        with pytest.raises(ProgramError, match=said):
            evaluate(program, "shop", "dev")


def test_a_program_reads_the_configuration_of_its_stack() -> None:
    told: dict[str, Any] = {}

    def program() -> None:
        ours, theirs = pulumi.Config(), pulumi.Config("team")
        told.update(on=ours.require_bool("on"), many=ours.require_int("many"), name=theirs.require("name"))
        told.update(list=theirs.require_object("list"), none=theirs.get("none"))
        ConfigMap("leak", metadata={"name": "leak"}, data={"a": theirs.require_secret("key")})

    settings = {
        "shop:on": True,
        "shop:many": 3,
        "team:name": "3",
        "team:list": [{"a": 1}],
        "team:key": {"secure": "v1:abc"},
    }
    [leak] = evaluate(program, "shop", "dev", settings)
    assert told == {"on": True, "many": 3, "name": "3", "list": [{"a": 1}], "none": None}
    assert leak.inputs["data"] == {"a": SECRET}
    with pytest.raises(ProgramError, match="Missing required configuration variable 'shop:on'"):
        evaluate(program, "shop", "dev")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (lambda: Secret.get("one", "ns/name"), "Secret 'one' is read by its provider, which `pulumi up` alone asks"),
        (lambda: pulumi.runtime.invoke("a:b:c", {}), "a:b:c is answered by a provider, which `pulumi up` alone asks"),
    ],
)
def test_what_only_a_provider_could_answer_is_refused(program: Callable[[], object], said: str) -> None:
    with pytest.raises(ProgramError, match=said):
        evaluate(lambda: [program(), None][1], "shop", "dev")


def test_one_evaluation_knows_nothing_of_another() -> None:
    def program() -> None:
        ConfigMap("same", metadata={"name": "same"})

    assert evaluate(program, "shop", "dev") == evaluate(program, "shop", "dev")
    assert evaluate(program, "shop", "prod")[0].urn.startswith("urn:pulumi:prod::")
