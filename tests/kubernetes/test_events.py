"""Kafka: what Strimzi is told, who may do what, and what applications are told of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kubernetes import definitions
from tests.kubernetes.plans import container_of, made, objects, pod_of, variables
from tests.kubernetes.test_arguments import mistakes

from scalewright import declaration
from scalewright.declaration import ExternalEvents, Gateway, Redis, Service, Topic, Workers
from scalewright.kubernetes.backend import Backend
from scalewright.kubernetes.events import Events
from scalewright.kubernetes.events_kafka import RESOURCES
from scalewright.kubernetes.quota import KAFKA, shares, total
from scalewright.plan.references import external

ARGS: dict[str, Any] = {
    "namespace": "ours",
    "brokers": 3,
    "storage": "20Gi",
    "topics": {"orders": {"partitions": 6, "retention": "24h"}},
    "users": {"billing": {"reads": ["orders"]}, "shop": {"writes": ["orders"], "group": "front"}},
}


def events(**changes: Any) -> dict[str, Any]:
    return made(lambda: Events("events", {**ARGS, **changes}))


def backend(declared: declaration.Events, **changes: Any) -> declaration.Backend:
    parts: dict[str, Any] = {
        "name": "shop",
        "platform": "kubernetes",
        "image": "shop:1",
        "redis": Redis(),
        "services": {"orders": Service(app="a:b", routes=["/"], uses=["events"], sends=["orders"])},
        "workers": {"orders": Workers(app="a:b", queues=["orders"], uses=["events"], beat=True)},
        "events": declared,
        "gateway": Gateway(),
    }
    return declaration.Backend(**parts | changes)


def told(declared: declaration.Events) -> dict[str, Any]:
    return made(lambda: Backend(backend(declared), "test"))


KAFKA_OF_OURS = declaration.Events(engine="kafka", topics={"orders": Topic(), "mails": Topic()})


def test_of_three_nodes_each_has_every_event_and_two_must_have_it_before_it_is_acknowledged() -> None:
    found = events()
    config = found["Kafka events"]["spec"]["kafka"]["config"]
    assert (config["default.replication.factor"], config["min.insync.replicas"]) == (3, 2)
    assert found["KafkaTopic events-orders"]["spec"] == {
        "topicName": "orders",
        "partitions": 6,
        "replicas": 3,
        "config": {"retention.ms": 86_400_000, "min.insync.replicas": 2},
    }
    assert found["KafkaNodePool events-nodes"]["spec"]["replicas"] == 3


def test_a_majority_of_nodes_is_never_on_one_host_of_several() -> None:
    for brokers, unsatisfiable in ((3, "DoNotSchedule"), (1, "ScheduleAnyway")):
        template = events(brokers=brokers)["KafkaNodePool events-nodes"]["spec"]["template"]
        constraints = template["pod"]["topologySpreadConstraints"]
        assert [(one["topologyKey"], one["whenUnsatisfiable"]) for one in constraints] == [
            ("topology.kubernetes.io/zone", "ScheduleAnyway"),
            ("kubernetes.io/hostname", unsatisfiable),
        ]


def test_one_node_alone_asks_for_no_more_copies_than_there_are() -> None:
    found = events(brokers=1)
    config = found["Kafka events"]["spec"]["kafka"]["config"]
    assert {value for key, value in config.items() if "factor" in key or "isr" in key or "insync" in key} == {1}
    assert found["KafkaTopic events-orders"]["spec"]["replicas"] == 1


def test_there_is_one_listener_and_it_asks_for_a_certificate() -> None:
    kafka = events()["Kafka events"]["spec"]["kafka"]
    [listener] = kafka["listeners"]
    assert (listener["tls"], listener["authentication"]) == (True, {"type": "tls"})
    assert kafka["authorization"] == {"type": "simple"}
    assert kafka["config"]["auto.create.topics.enable"] is False


def test_a_user_may_do_what_is_named_and_no_more() -> None:
    found = events()

    def rights(user: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
        acls = found[f"KafkaUser events-{user}"]["spec"]["authorization"]["acls"]
        told = [(one["resource"], tuple(one["operations"])) for one in acls]
        return [(one["type"], one["name"], one["patternType"], operations) for one, operations in told]

    assert rights("billing") == [
        ("topic", "orders", "literal", ("Describe", "Read")),
        ("group", "billing", "prefix", ("Describe", "Read")),
    ]
    assert rights("shop") == [("topic", "orders", "literal", ("Describe", "Write"))]


def test_every_container_is_restricted_as_the_namespace_demands() -> None:
    found = events()
    templates = [found["KafkaNodePool events-nodes"]["spec"]["template"]]
    templates.append(found["Kafka events"]["spec"]["entityOperator"]["template"])
    containers = {name: one for template in templates for name, one in template.items() if name.endswith("Container")}
    assert containers.keys() == {"kafkaContainer", "initContainer", "topicOperatorContainer", "userOperatorContainer"}
    for one in containers.values():
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }


def test_the_operator_lets_in_the_clients_that_are_named_or_anybody_or_nobody() -> None:
    def peers(**changes: Any) -> Any:
        return events(**changes)["Kafka events"]["spec"]["kafka"]["listeners"][0].get("networkPolicyPeers")

    assert peers() is None
    assert peers(clients=[{"app": "shop"}]) == [{"podSelector": {"matchLabels": {"app": "shop"}}}]
    [nobody] = peers(clients=[])
    assert nobody["podSelector"]["matchLabels"]


def test_data_outlives_a_destroy() -> None:
    from scalewright.evaluation import evaluate

    resources = evaluate(lambda: [Events("events", ARGS), None][1], "shop", "test")  # type: ignore[arg-type]
    kept = {one.inputs["kind"] for one in resources if one.retain_on_delete}
    assert kept == {"Kafka", "KafkaNodePool", "KafkaTopic"}


@pytest.mark.skipif(not definitions.FOLDER.exists(), reason="the definitions are not beside the checkout")
@pytest.mark.parametrize("changes", [{}, {"brokers": 1, "storage_class": "fast", "clients": []}])
def test_every_object_is_valid_to_the_last_field(changes: dict[str, Any]) -> None:
    found = events(**changes)
    assert {one["kind"] for one in found.values()} == {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"}
    assert [mistake for one in found.values() for mistake in definitions.mistakes(one)] == []


def test_mistakes_come_together_before_anything_is_made() -> None:
    wrong = {
        "namespace": "ours",
        "brokers": 0,
        "topics": {"Orders": {}},
        "users": {"billing": {"reads": ["mails"], "writs": []}},
        "stoarge": "1Gi",
    }
    said = [line.partition("; ")[0].removeprefix("Events 'events': ") for line in mistakes(Events, wrong, "events")]
    assert said == [
        "stoarge is not a setting",
        "topics.Orders is 'Orders'",
        "brokers is 0",
        "users.billing.writs is not a setting",
        "users.billing.reads[0] is 'mails'",
    ]


def test_two_nodes_are_no_majority_without_the_other() -> None:
    [line] = mistakes(Events, {"namespace": "ours", "brokers": 2}, "events")
    assert line.startswith("Events 'events': brokers is 2; it must be 1, or at least 3")


def test_an_external_kafka_makes_nothing_and_is_told_by_its_secret() -> None:
    kafka = ExternalEvents(bootstrap=["b-1.test:9094", "b-2.test:9094"], secret="theirs", ca="root.pem")
    found = told(declaration.Events(engine="kafka", external=kafka))
    assert not [name for name in found if name.startswith("Kafka")]
    orders = found["Deployment orders"]
    assert variables(orders)["EVENTS_URL"] == "kafka+ssl://b-1.test:9094,b-2.test:9094"
    assert files(orders) == {
        "events_ca": ("theirs", "root.pem"),
        "events_certificate": ("theirs", "user.crt"),
        "events_key": ("theirs", "user.key"),
        "redis_password": ("redis", "password"),
    }


def files(workload: dict[str, Any]) -> dict[str, tuple[str, str]]:
    [volume] = [one for one in pod_of(workload)["volumes"] if one["name"] == "secrets"]
    secrets = [one["secret"] for one in volume["projected"]["sources"]]
    return {item["path"]: (one["name"], item["key"]) for one in secrets for item in one["items"]}


def test_each_part_that_uses_events_is_a_user_and_may_use_every_topic() -> None:
    found = told(KAFKA_OF_OURS)
    assert variables(found["Deployment orders"])["EVENTS_URL"] == (
        "kafka+ssl://events-kafka-bootstrap.shop-test.svc:9093"
    )
    secrets = {name: files(found[f"Deployment {name}"]) for name in ("orders", "orders-worker", "orders-beat")}
    assert {name: one["events_certificate"] for name, one in secrets.items()} == {
        "orders": ("events-orders", "user.crt"),
        "orders-worker": ("events-orders-worker", "user.crt"),
        "orders-beat": ("events-orders-worker", "user.crt"),
    }
    assert {one["events_ca"] for one in secrets.values()} == {("events-cluster-ca-cert", "ca.crt")}
    for user in ("orders", "orders-worker"):
        acls = found[f"KafkaUser events-{user}"]["spec"]["authorization"]["acls"]
        named = {(one["resource"]["type"], one["resource"]["name"]) for one in acls}
        assert named == {("topic", "orders"), ("topic", "mails"), ("group", "orders")}


def test_the_operator_is_told_which_pods_these_are() -> None:
    found = told(KAFKA_OF_OURS)
    [listener] = found["Kafka events"]["spec"]["kafka"]["listeners"]
    for name in ("orders", "orders-worker", "orders-beat"):
        labels = found[f"Deployment {name}"]["spec"]["template"]["metadata"]["labels"]
        let_in = [
            one for one in listener["networkPolicyPeers"] if one["podSelector"]["matchLabels"].items() <= labels.items()
        ]
        assert len(let_in) == 1, name


def test_what_the_operator_makes_is_told_as_its_work() -> None:
    left = {(one.kind, one.name): (one.maker, one.keys) for one in external(told(KAFKA_OF_OURS).values())}
    assert left["Secret", "events-orders"] == ("Strimzi", ("user.crt", "user.key"))
    assert left["Secret", "events-cluster-ca-cert"] == ("Strimzi", ("ca.crt",))
    assert ("Kafka", "events") not in left


def test_a_topic_of_a_cluster_that_is_not_there_is_a_reference_that_somebody_must_make() -> None:
    topic = events()["KafkaTopic events-orders"]
    [reference] = external([topic])
    assert (reference.kind, reference.namespace, reference.name) == ("Kafka", "ours", "events")


def test_streams_of_redis_are_on_the_broker_and_make_nothing() -> None:
    found = told(declaration.Events(topics={"orders": Topic()}))
    assert not [name for name in found if "Kafka" in name]
    for name in ("orders", "orders-worker"):
        seen = variables(found[f"Deployment {name}"])
        assert seen["EVENTS_URL"] == seen["REDIS_URL"]
        assert not {"EVENTS_CA_FILE", "EVENTS_KEY_FILE"} & seen.keys()
        assert "redis_password" in files(found[f"Deployment {name}"])


def test_nodes_and_what_looks_after_them_count_in_the_quota() -> None:
    before, after = (total(shares(backend(one))) for one in (declaration.Events(), KAFKA_OF_OURS))
    assert after.pods - before.pods == 1 + 1
    assert after.memory - before.memory == KAFKA.memory + 2 * declaration.Quantity("256Mi")
    assert (after.volumes - before.volumes, after.storage - before.storage) == (1, declaration.Quantity("1Gi"))
    assert {"cpu": str(KAFKA.cpu), "memory": str(KAFKA.memory)} == RESOURCES


def test_production_has_three_brokers_and_the_topic_of_orders() -> None:
    found = objects("prod")
    assert found["KafkaNodePool events-nodes"]["spec"]["replicas"] == 3
    assert found["KafkaTopic events-orders"]["spec"]["replicas"] == 3
    assert [name for name in found if name.startswith("KafkaUser")] == []
    assert "EVENTS_URL" not in variables(found["Deployment orders"])
    hard = found["ResourceQuota shop-prod"]["spec"]["hard"]
    needed = 3 * declaration.Quantity(found["KafkaNodePool events-nodes"]["spec"]["resources"]["limits"]["memory"])
    assert needed < declaration.Quantity(hard["limits.memory"])
    assert container_of(found["Deployment orders"])
