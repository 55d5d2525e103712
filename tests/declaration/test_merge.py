"""How a stack file changes the declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalewright.declaration import Backlog, Cpu, Memory, Quantity, environments
from scalewright.declaration.overlay import merge

if TYPE_CHECKING:
    from conftest import Project


@pytest.mark.parametrize(
    ("base", "changes", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [1, 2]}, {"a": []}, {"a": []}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({}, {"a": None}, {}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": None}]}, {"a": [{"b": None}]}),
    ],
)
def test_mappings_merge_lists_replace_and_null_takes_away(
    base: dict[str, Any], changes: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert merge(base, changes) == merged


trees = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
    lambda below: st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(st.sampled_from("abc"), trees, max_size=3)


@given(mappings, mappings)
def test_merging_the_same_changes_again_changes_nothing(base: dict[str, Any], changes: dict[str, Any]) -> None:
    once = merge(base, changes)
    assert merge(once, changes) == once


@given(mappings)
def test_merging_nothing_or_oneself_changes_nothing(base: dict[str, Any]) -> None:
    assert merge(base, {}) == base == merge(base, base)


def test_an_empty_stack_file_changes_nothing(project: Project) -> None:
    for content in ("", "# nothing yet\n", "config:\n", "config:\n  scalewright:backend:\n", "config: {aws:region: x}"):
        project.stack(content)
        assert project.load().services["orders"].scale.max == 6


def test_a_change_keeps_what_lies_beside_it(project: Project) -> None:
    project.overlay("services: {orders: {scale: {max: 8}}}")
    scale = project.load().services["orders"].scale
    assert (scale.min, scale.max, scale.metrics) == (2, 8, [Cpu(50)])


def test_a_list_is_replaced_as_a_whole(project: Project) -> None:
    project.overlay("{platform: docker, services: {orders: {scale: {metrics: [{type: memory, utilization: 70}]}}}}")
    assert project.load().services["orders"].scale.metrics == [Memory(70)]


def test_null_returns_to_the_default_of_the_model_and_not_of_the_declaration(project: Project) -> None:
    project.overlay("""
        postgres: {instances: null}
        gateway: {rate_limit: null}
        services: {orders: {scale: null}}
    """)
    backend = project.load()
    assert backend.postgres is not None
    assert backend.gateway is not None
    assert backend.postgres.instances == 1
    assert backend.gateway.rate_limit is None
    assert (backend.services["orders"].scale.min, backend.services["orders"].scale.max) == (1, 1)


def test_null_takes_a_service_out(project: Project) -> None:
    project.declare("""
        from scalewright.declaration import *
        backend = Backend(
            name="shop", gateway=Gateway(),
            services={name: Service(app="a:b", routes=["/" + name]) for name in ("a", "b")},
        )
    """)
    project.overlay("services: {b: null}")
    assert list(project.load().services) == ["a"]


def test_an_overlay_can_add_parts(project: Project) -> None:
    project.overlay("""
        platform: docker
        object_store: {buckets: [uploads]}
        workers:
          mail: {app: "shop.worker:celery", queues: [mail], scale: {max: 3, metrics: [{type: backlog, per_replica: 5}]}}
        services: {orders: {sends: [orders, mail]}}
    """)
    backend = project.load()
    assert backend.object_store is not None
    assert backend.object_store.buckets == ["uploads"]
    assert backend.workers["mail"].scale.metrics == [Backlog(5)]


def test_yaml_means_what_version_1_2_of_it_says(project: Project) -> None:
    project.overlay("""
        name: no  # text, where YAML 1.1 would see a boolean
        postgres: {instances: 010, max_connections: 0x20, parameters: {work_mem: 8MB, jit: false, seq_page_cost: 1e0}}
        redis: &small {memory: 128Mi}
        services: {orders: {environment: {DAY: 2026-01-31, ON: "1"}}}
    """)
    backend = project.load()
    assert backend.name == "no"
    assert backend.postgres is not None
    assert (backend.postgres.instances, backend.postgres.max_connections) == (10, 32)
    assert backend.postgres.parameters == {"work_mem": "8MB", "jit": False, "seq_page_cost": 1.0}
    assert backend.redis is not None
    assert backend.redis.memory == Quantity("128Mi")
    assert backend.services["orders"].environment == {"DAY": "2026-01-31", "ON": "1"}


def test_an_alias_stands_for_what_its_anchor_holds(project: Project) -> None:
    project.overlay("""
        services: {orders: {scale: {min: &many 3, max: *many}}}
    """)
    assert project.load().services["orders"].scale.max == 3


def test_environments_are_the_stack_files_in_order(project: Project) -> None:
    for name in ("prod", "dev", "eu-west.1"):
        project.stack("", name)
    (project.path / "stacks" / "Pulumi.yaml").write_text("name: x")
    (project.path / "stacks" / "Pulumi.folder.yaml").mkdir()
    assert environments(project.path) == ["dev", "eu-west.1", "local", "prod"]
    assert environments(project.path / "nowhere") == []
