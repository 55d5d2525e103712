"""Who connects to which PostgreSQL, with how much at the most; what is not known is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from tests.plan.capacity.manifests import annotated, deployment, objects, service

from scalewright.plan.capacity import ledger, postgres

if TYPE_CHECKING:
    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.policy import Objects

POOL = {"DATABASE_POOL_SIZE": "20", "DATABASE_POOL_OVERFLOW": "10"}


def url(host: str, account: str = "shop") -> dict[str, str]:
    return {"DATABASE_URL": f"postgresql://{account}@{host}:5432/{account}"}


def cluster(instances: int = 1, **parameters: str) -> str:
    spec = {"instances": instances, "postgresql": {"parameters": parameters}}
    manifest = {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": "db"}, "spec": spec}
    return yaml.safe_dump(manifest)


def pooler(kind: str = "rw", instances: int = 2, **parameters: str) -> str:
    spec = {
        "cluster": {"name": "db"},
        "instances": instances,
        "type": kind,
        "pgbouncer": {"parameters": parameters},
        "deploymentStrategy": {"rollingUpdate": {"maxSurge": 1}},
    }
    name = {"name": f"pool-{kind}"}
    return yaml.safe_dump({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Pooler", "metadata": name, "spec": spec})


def budgets(found: Objects) -> dict[str, Budget]:
    return {one.name: one for one in postgres.budgets(found)}


def amounts(one: Budget) -> dict[str, int]:
    return {line.label: line.amount for line in one.lines if "CloudNativePG" not in line.label}


def test_replicas_times_processes_times_the_pool_go_to_the_primary() -> None:
    web = deployment("web", "gunicorn", "a:b", "-w", "4", replicas=10, **url("db-rw"), **POOL)
    one = budgets(objects(cluster(), web))["primary of Cluster db"]
    assert amounts(one) == {"web": 1200, "reserved for superusers": 3}
    assert (one.bound, one.bound_from) == (100, "max_connections of Cluster db, PostgreSQL's default")
    assert one.owner == ("postgresql.cnpg.io", "Cluster", "", "db")


def test_what_is_reserved_is_read_from_the_parameters() -> None:
    found = objects(cluster(max_connections="300", superuser_reserved_connections="5", reserved_connections="7"))
    one = budgets(found)["primary of Cluster db"]
    assert amounts(one) == {"reserved for superusers": 5, "reserved": 7}
    assert one.bound == 300


def test_the_operator_connects_too_and_replicas_ask_about_slots() -> None:
    labels = {line.label: line.amount for line in budgets(objects(cluster(3)))["primary of Cluster db"].lines}
    assert labels["CloudNativePG's instance manager"] == labels["CloudNativePG's metrics exporter"] == 3
    assert labels["CloudNativePG, looking at slots"] == 2


def test_each_replica_alone_must_take_all_who_read() -> None:
    replicas = {"DATABASE_REPLICA_URLS": "postgresql://shop@db-ro:5432/shop"}
    web = deployment("web", "uvicorn", "a:b", replicas=3, **url("db-rw"), **replicas, **POOL)
    found = budgets(objects(cluster(3), web))
    assert amounts(found["each replica of Cluster db"])["web"] == amounts(found["primary of Cluster db"])["web"] == 90
    assert "each replica of Cluster db" not in budgets(objects(cluster(1), web))


def test_the_name_of_all_instances_leads_to_the_primary_and_to_replicas() -> None:
    found = budgets(objects(cluster(2), deployment("web", "uvicorn", "a:b", **url("db-r"), **POOL)))
    assert [amounts(one)["web"] for one in found.values()] == [30, 30]


def test_a_pooler_holds_its_pools_and_takes_the_clients() -> None:
    web = deployment("web", "gunicorn", "a:b", "-w", "4", replicas=10, **url("pool-rw"), **POOL)
    found = budgets(objects(cluster(), pooler(default_pool_size="15", max_client_conn="1500"), web))
    primary = amounts(found["primary of Cluster db"])
    assert primary["Pooler pool-rw"] == 2 * (15 + 1)
    assert primary["Pooler pool-rw, while it is replaced"] == 16
    assert "web" not in primary
    clients = found["clients of Pooler pool-rw"]
    assert (clients.total, clients.bound) == (1200, 1500)


def test_a_pool_is_for_each_user_and_database() -> None:
    apps = [deployment(name, "uvicorn", "a:b", **url("pool-rw", name), **POOL) for name in ("shop", "billing")]
    found = budgets(objects(cluster(), pooler(default_pool_size="10", reserve_pool_size="5"), *apps))
    assert amounts(found["primary of Cluster db"])["Pooler pool-rw"] == 2 * (2 * 15 + 1)
    capped = budgets(objects(cluster(), pooler(default_pool_size="10", max_db_connections="12"), *apps))
    assert amounts(capped["primary of Cluster db"])["Pooler pool-rw"] == 2 * (12 + 1)


def test_of_several_poolers_one_may_be_away() -> None:
    web = deployment("web", "uvicorn", "a:b", **url("pool-rw"), **POOL)
    one = budgets(objects(cluster(), pooler(instances=3, max_client_conn="200"), web))["clients of Pooler pool-rw"]
    assert one.bound == 400
    default = budgets(objects(cluster(), pooler(instances=1), web))["clients of Pooler pool-rw"]
    assert (default.bound, default.bound_from) == (100, "max_client_conn of Pooler pool-rw, PgBouncer's default")


def test_a_pooler_for_reads_is_before_the_replicas() -> None:
    found = budgets(objects(cluster(2), pooler("ro"), deployment("web", "uvicorn", "a:b", **url("pool-ro"), **POOL)))
    assert "Pooler pool-ro" in amounts(found["each replica of Cluster db"])
    assert "Pooler pool-ro" not in amounts(found["primary of Cluster db"])


def test_a_database_that_a_chart_runs_is_found_behind_its_service() -> None:
    server = deployment("db", "postgres", "-c", "max_connections=250", kind="StatefulSet")
    found = objects(service("shop-db", "db"), server, deployment("web", "uvicorn", "a:b", **url("shop-db"), **POOL))
    one = budgets(found)["PostgreSQL in StatefulSet db"]
    assert (one.total, one.bound) == (33, 250)
    assert one.bound_from == "max_connections of StatefulSet db"


@pytest.mark.parametrize(
    ("variables", "each"),
    [
        ({"DATABASE_POOL_SIZE": "7", "DATABASE_POOL_OVERFLOW": "2"}, 9),
        ({"DATABASE_POOL_SIZE": "7"}, 17),  # SQLAlchemy adds ten
        ({"DB_POOL_SIZE": "7", "DB_MAX_OVERFLOW": "0"}, 7),
        ({"SQLALCHEMY_POOL_SIZE": "7", "SQLALCHEMY_MAX_OVERFLOW": "1"}, 8),
        ({"AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5", "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "3"}, 8),
        ({"SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE": "12"}, 12),
    ],
)
def test_the_variables_of_others_are_read(variables: dict[str, str], each: int) -> None:
    found = objects(cluster(), deployment("web", "uvicorn", "a:b", **url("db-rw"), **variables))
    assert amounts(budgets(found)["primary of Cluster db"])["web"] == each


def test_an_annotation_tells_what_a_replica_holds_whatever_it_runs() -> None:
    web = annotated(deployment("web", "mystery", replicas=3, **url("db-rw")), connections_per_replica="25")
    one = budgets(objects(cluster(), web))["primary of Cluster db"]
    assert (amounts(one)["web"], one.unknown) == (75, ())


def test_who_does_not_say_how_much_is_told_and_in_no_line() -> None:
    one = budgets(objects(cluster(), deployment("web", "uvicorn", "a:b", **url("db-rw"))))["primary of Cluster db"]
    assert "web" not in amounts(one)
    assert one.unknown == ("Deployment web: nothing says how many connections each process opens",)


def test_who_does_not_say_how_many_processes_it_is_counts_as_one_and_is_told() -> None:
    found = objects(cluster(), deployment("worker", "celery", "-A", "a", "worker", **url("db-rw"), **POOL))
    one = budgets(found)["primary of Cluster db"]
    assert amounts(one)["worker"] == 60
    assert one.unknown == ("Deployment worker: nothing says how many processes it is, and 1 is counted",)


def test_what_ends_by_itself_does_one_thing_at_a_time() -> None:
    found = objects(cluster(), deployment("migrate", "python", "run.py", kind="Job", **url("db-rw")))
    assert amounts(budgets(found)["primary of Cluster db"])["migrate"] == 1


def test_the_secret_of_a_cluster_tells_where_it_leads() -> None:
    manifest = yaml.safe_load(deployment("web", "uvicorn", "a:b", **POOL))
    [container] = manifest["spec"]["template"]["spec"]["containers"]
    told = {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "db-app", "key": "uri"}}}
    container["env"].append(told)
    assert amounts(budgets(objects(cluster(), yaml.safe_dump(manifest)))["primary of Cluster db"])["web"] == 30
    told["valueFrom"]["secretKeyRef"]["name"] = "mine"
    [sentence] = ledger(objects(cluster(), yaml.safe_dump(manifest))).unknown
    assert sentence == "Deployment web opens 30 connections at most to a database whose address is in a Secret"


def test_names_of_other_namespaces_lead_there_and_not_here() -> None:
    def placed(text: str, namespace: str) -> str:
        manifest = yaml.safe_load(text)
        manifest["metadata"]["namespace"] = namespace
        return yaml.safe_dump(manifest)

    here, there = placed(cluster(), "here"), placed(cluster(), "there")
    web = placed(deployment("web", "uvicorn", "a:b", **url("db-rw.there.svc.cluster.local"), **POOL), "here")
    found = {one.owner[2]: one for one in postgres.budgets(objects(here, there, web))}
    assert ("web" in amounts(found["here"]), "web" in amounts(found["there"])) == (False, True)


def configured(env: str) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 10
  strategy: {{type: Recreate}}
  template: {{spec: {{containers: [{{name: web, command: [gunicorn, -w, "4"], {env}}}]}}}}
"""


SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {DATABASE_URL: "postgresql://shop@db-rw/shop", DATABASE_POOL_SIZE: "20", DATABASE_POOL_OVERFLOW: "10"}
"""


def test_what_a_config_map_says_counts_as_if_it_were_written_in_the_container() -> None:
    whole = configured("envFrom: [{configMapRef: {name: settings}}]")
    [one] = postgres.budgets(objects(cluster(), SETTINGS, whole))
    assert one.lines[0].amount == 10 * 4 * 30
    smaller = whole.replace("envFrom", 'env: [{name: DATABASE_POOL_SIZE, value: "2"}], envFrom')
    [one] = postgres.budgets(objects(cluster(), SETTINGS, smaller))
    assert one.lines[0].amount == 10 * 4 * 12
    keys = ", ".join(
        f"{{name: {name}, valueFrom: {{configMapKeyRef: {{name: settings, key: {name}}}}}}}"
        for name in ("DATABASE_URL", "DATABASE_POOL_SIZE")
    )
    [one] = postgres.budgets(objects(cluster(), SETTINGS, configured(f"env: [{keys}]")))
    assert one.lines[0].amount == 10 * 4 * 30  # of the overflow it says nothing, and ten are the default
