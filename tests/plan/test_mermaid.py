"""A graph as Mermaid: text that its parser takes, whatever the parts are called."""

from __future__ import annotations

import re
from pathlib import Path

from tests.plan.backends import everything

from scalewright.declaration import Backend, load
from scalewright.plan.graph import graph
from scalewright.plan.mermaid import identifier, is_drawn, markdown, mermaid

ROOT = Path(__file__).parents[2]

#: What one line may be: a node in any of its shapes, an edge, or a class. Labels are in quotes, and hold no other.
LABEL = r'"(?:[\w /.,:%…-]|<br/>|#\d+;)+"'
SHAPES = (r"\(\[{}\]\)", r"\{{\{{{}\}}\}}", r"\[{}\]", r"\[/{}/\]", r"\[\[{}\]\]", r"\[\({}\)\]", r"\({}\)")
NODE = re.compile(rf"    (\w+)(?:{'|'.join(shape.format(LABEL) for shape in SHAPES)})")
EDGE = re.compile(rf"    (\w+) (?:-->|-\.->)\|{LABEL}\| (\w+)")


def test_prod_is_written_as_it_is_declared() -> None:
    text = mermaid(graph(load(ROOT, "prod"), "prod"))
    assert text.startswith("flowchart LR\n    accTitle: shop in prod\n    accDescr: 15 parts of a backend on platform")
    for line in (
        'services_orders["service<br/>orders<br/>3 to 10 replicas<br/>by CPU, 50 %"]',
        'clients -->|"HTTPS"| gateway',
        'gateway -->|"/orders<br/>/products"| services_orders',
        'workers_orders -->|"takes orders"| redis',
        'redis_sentinels -.->|"choose the primary"| redis',
        "class clients,postgres_backups external",
    ):
        assert f"    {line}\n" in text


def test_every_line_is_a_node_an_edge_or_a_class_whatever_the_parts_are_called() -> None:
    drawn = graph(everything(), "prod-eu.1_x")
    lines = mermaid(drawn, {"services.end"}).splitlines()
    rest = [line for line in lines[3:] if not NODE.fullmatch(line) and not EDGE.fullmatch(line)]
    assert [line.split()[0] for line in rest] == ["classDef", "class", "classDef", "class"]
    nodes = [found[1] for line in lines if (found := NODE.fullmatch(line))]
    edges = [found.groups() for line in lines if (found := EDGE.fullmatch(line))]
    assert nodes == [identifier(node.name) for node in drawn.nodes]
    assert edges == [(identifier(edge.source), identifier(edge.target)) for edge in drawn.edges]


def test_no_two_names_become_one_and_none_is_a_word_of_mermaid() -> None:
    drawn = graph(everything(), "prod")
    known = [identifier(node.name) for node in drawn.nodes]
    assert len(set(known)) == len(known)
    assert identifier("services.a.outbox") != identifier("services.a-outbox")
    words = {
        "end",
        "default",
        "graph",
        "style",
        "subgraph",
        "click",
        "class",
        "direction",
        "linkStyle",
        "href",
        "x",
        "o",
    }
    assert not words & set(known)


def test_what_means_something_to_mermaid_is_written_by_its_number() -> None:
    backend = everything()
    service = backend.services["a"].model_copy(update={"routes": ["/$&'()*;=#\"<b>`~"]})
    text = mermaid(graph(backend.model_copy(update={"services": {"a": service}}), "prod"))
    assert '|"/#36;#38;#39;#40;#41;#42;#59;#61;#35;#34;#60;b#62;#96;#126;"|' in text


def test_what_has_changed_is_marked() -> None:
    drawn = graph(load(ROOT, "prod"), "prod")
    assert "changed" not in mermaid(drawn)
    text = mermaid(drawn, {"services.orders", "postgres"})
    assert 'services_orders["service, changed<br/>orders<br/>' in text
    assert text.endswith("    class services_orders,postgres changed\n")


def test_a_block_of_markdown_holds_the_same() -> None:
    drawn = graph(load(ROOT, "dev"), "dev")
    assert markdown(drawn) == f"```mermaid\n{mermaid(drawn)}```\n"


def test_more_edges_than_mermaid_draws_are_known() -> None:
    drawn = graph(everything(), "prod")
    assert is_drawn(drawn, mermaid(drawn))
    services = {f"s-{number}": everything().services["x"] for number in range(99)}
    many = graph(everything().model_copy(update={"services": services}), "prod")
    assert len(many.edges) > 500
    assert not is_drawn(many, "")
    assert not is_drawn(drawn, "x" * 50_001)


def test_nothing_declared_is_an_empty_chart() -> None:
    assert mermaid(graph(Backend(name="shop"), "local")).splitlines()[0] == "flowchart LR"
