"""PostgreSQL by CloudNativePG: what is asked of the operator, and what applications are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.kubernetes import definitions, plans
from tests.kubernetes.plans import ENVIRONMENTS, made, objects, pod_of, shipped, variables

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.postgres import Postgres
from scalewright.plan.references import external

if TYPE_CHECKING:
    from tests.kubernetes.plans import Manifest

    from scalewright.plan.resources import Resource

POOLER = {"instances": 2, "pool_size": 30, "max_clients": 500, "replicas": True, "statement_seconds": 45}
BACKUPS = {"destination": "s3://shop-backups/prod", "endpoint": "https://s3.example.com", "secret": "shop-backups"}


def postgres(**args: Any) -> dict[str, Manifest]:
    return made(lambda: Postgres("postgres", {"namespace": "shop", "database": "shop", **args}))


def outputs(**args: Any) -> dict[str, Any]:
    return plans.outputs(lambda: Postgres("postgres", {"namespace": "shop", "database": "shop", **args}))


def resource(resources: tuple[Resource, ...], kind: str) -> Resource:
    [found] = [one for one in resources if one.inputs.get("kind") == kind]
    return found


def test_one_instance_holds_up_no_drain_and_replaces_itself_in_place() -> None:
    found = postgres()
    spec = found["Cluster postgres"]["spec"]
    assert list(found) == ["Cluster postgres"]
    assert (spec["instances"], spec["enablePDB"], spec["primaryUpdateMethod"]) == (1, False, "restart")
    assert spec["enableSuperuserAccess"] is False
    assert "synchronous" not in spec["postgresql"]


def test_nobody_is_let_in_without_tls() -> None:
    for found in (postgres(), postgres(instances=3, pooler={})):
        assert found["Cluster postgres"]["spec"]["postgresql"]["pg_hba"] == ["hostnossl all all all reject"]


def test_the_database_is_named_as_its_owner_and_its_password_is_the_operators() -> None:
    initdb = postgres()["Cluster postgres"]["spec"]["bootstrap"]["initdb"]
    assert (initdb["database"], initdb["owner"]) == ("shop", "shop")
    assert "secret" not in initdb


def test_nothing_acknowledged_is_lost_where_a_second_copy_is_required() -> None:
    spec = postgres(instances=3, synchronous="required")["Cluster postgres"]["spec"]
    assert spec["postgresql"]["synchronous"] == {
        "method": "any",
        "number": 1,
        "dataDurability": "required",
        "failoverQuorum": True,
    }
    assert spec["affinity"]["podAntiAffinityType"] == "required"
    assert spec["affinity"]["topologyKey"] == "kubernetes.io/hostname"
    [over_zones] = spec["topologySpreadConstraints"]
    assert over_zones["topologyKey"] == "topology.kubernetes.io/zone"


def test_a_preferred_second_copy_stops_no_writes_and_no_failover() -> None:
    synchronous = postgres(instances=2, synchronous="preferred")["Cluster postgres"]["spec"]["postgresql"][
        "synchronous"
    ]
    assert synchronous == {"method": "any", "number": 1, "dataDurability": "preferred"}


def test_parameters_are_texts_beside_those_that_are_ours() -> None:
    declared = {"work_mem": "8MB", "shared_preload_libraries": "pg_stat_statements, auto_explain"}
    found = postgres(instances=2, max_connections=150, storage="8Gi", parameters=declared)
    postgresql = found["Cluster postgres"]["spec"]["postgresql"]
    assert postgresql["parameters"] == {
        "max_connections": "150",
        "max_slot_wal_keep_size": "2048MB",  # a quarter of the disk
        "work_mem": "8MB",
    }
    assert postgresql["shared_preload_libraries"] == ["pg_stat_statements", "auto_explain"]


def test_a_pooler_passes_what_the_applications_drivers_ask_for() -> None:
    found = postgres(instances=2, max_connections=100, pooler=POOLER)
    writes = found["Pooler postgres-pooler-rw"]["spec"]
    assert (writes["cluster"], writes["type"], writes["instances"]) == ({"name": "postgres"}, "rw", 2)
    assert writes["pgbouncer"]["poolMode"] == "transaction"
    parameters = writes["pgbouncer"]["parameters"]
    assert set(parameters["ignore_startup_parameters"].split(",")) >= {"statement_timeout", "idle_session_timeout"}
    assert int(parameters["max_prepared_statements"]) > 0
    assert (parameters["default_pool_size"], parameters["max_client_conn"]) == ("30", "500")
    assert parameters["query_timeout"] == "45"
    server = found["Cluster postgres"]["spec"]["postgresql"]["parameters"]
    assert server["client_connection_check_interval"] == "500ms"


def test_a_pooler_of_replicas_pools_sessions_whatever_that_of_writes_does() -> None:
    found = postgres(instances=2, pooler={**POOLER, "mode": "transaction"})
    reads = found["Pooler postgres-pooler-ro"]["spec"]
    assert (reads["type"], reads["pgbouncer"]["poolMode"]) == ("ro", "session")
    assert "Pooler postgres-pooler-ro" not in postgres(instances=2, pooler={"instances": 2})


def test_the_certificate_of_the_cluster_is_good_for_its_poolers() -> None:
    names = postgres(instances=2, pooler=POOLER)["Cluster postgres"]["spec"]["certificates"]["serverAltDNSNames"]
    hosts = [outputs(instances=2, pooler=POOLER)[name] for name in ("pooler_endpoint", "replica_pooler_endpoint")]
    assert {host.removesuffix(":5432") for host in hosts} <= set(names)


def test_poolers_roll_one_by_one_and_one_may_be_away() -> None:
    found = postgres(pooler={"instances": 3})
    pooler, budget = found["Pooler postgres-pooler-rw"], found["PodDisruptionBudget postgres-pooler-rw"]
    assert pooler["spec"]["deploymentStrategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert budget["spec"]["selector"]["matchLabels"] == {"cnpg.io/poolerName": "postgres-pooler-rw"}
    [container] = pooler["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["resources"]["limits"]) == ("pgbouncer", {"memory": "128Mi"})


def test_backups_go_through_the_plugin_by_a_schedule_of_six_fields() -> None:
    found = postgres(backups={**BACKUPS, "schedule": "30 2 * * 1-5", "retention": "4w"})
    store, schedule = found["ObjectStore postgres-backup"]["spec"], found["ScheduledBackup postgres-backup"]["spec"]
    [plugin] = found["Cluster postgres"]["spec"]["plugins"]
    assert plugin == {
        "name": "barman-cloud.cloudnative-pg.io",
        "isWALArchiver": True,
        "parameters": {"barmanObjectName": "postgres-backup"},
    }
    assert store["retentionPolicy"] == "4w"
    assert store["configuration"]["destinationPath"] == "s3://shop-backups/prod"
    assert store["configuration"]["endpointURL"] == "https://s3.example.com"
    assert store["configuration"]["s3Credentials"]["accessKeyId"] == {"name": "shop-backups", "key": "access-key"}
    assert (schedule["schedule"], schedule["method"]) == ("0 30 2 * * 1-5", "plugin")
    assert schedule["pluginConfiguration"]["name"] == plugin["name"]


def test_what_operators_and_users_make_is_told_with_its_maker() -> None:
    found = postgres(instances=2, pooler=POOLER, backups=BACKUPS)
    [left] = external(found.values())
    assert (left.kind, left.name, left.keys) == ("Secret", "shop-backups", ("access-key", "secret-key"))
    assert left.maker == "you, before the first apply"
    without = [one for one in found.values() if one["kind"] not in {"Cluster", "ObjectStore"}]
    assert {(one.kind, one.name) for one in external(without)} == {("Cluster", "postgres")}


def test_the_data_outlives_a_destroy_and_the_cluster_waits_for_its_archive() -> None:
    resources = evaluate(
        lambda: (Postgres("postgres", {"namespace": "shop", "backups": BACKUPS, "pooler": {}}), None)[1], "a", "b"
    )
    cluster, store = resource(resources, "Cluster"), resource(resources, "ObjectStore")
    assert cluster.retain_on_delete
    assert store.retain_on_delete
    assert store.urn in cluster.depends_on
    for kind in ("Pooler", "ScheduledBackup"):
        assert cluster.urn in resource(resources, kind).depends_on


def test_prometheus_scrapes_instances_and_poolers_by_monitors_of_our_own() -> None:
    found = postgres(instances=2, pooler=POOLER, monitored=True)
    assert "monitoring" not in found["Cluster postgres"]["spec"]
    selectors = [one["spec"]["selector"]["matchLabels"] for one in found.values() if one["kind"] == "PodMonitor"]
    assert selectors == [
        {"cnpg.io/cluster": "postgres", "cnpg.io/podRole": "instance"},
        {"cnpg.io/poolerName": "postgres-pooler-ro"},
        {"cnpg.io/poolerName": "postgres-pooler-rw"},
    ]
    assert not [name for name in postgres(instances=2) if name.startswith("PodMonitor")]


def test_outputs_lead_writes_through_the_pooler_and_reads_and_migrations_past_it() -> None:
    found = outputs(instances=2, pooler={"instances": 2})
    assert found == {
        "primary_endpoint": "postgres-rw.shop.svc:5432",
        "replica_endpoint": "postgres-ro.shop.svc:5432",
        "pooler_endpoint": "postgres-pooler-rw.shop.svc:5432",
        "replica_pooler_endpoint": "",
        "url": "postgresql://shop@postgres-pooler-rw.shop.svc:5432/shop",
        "primary_url": "postgresql://shop@postgres-rw.shop.svc:5432/shop",
        "replica_urls": "postgresql://shop@postgres-ro.shop.svc:5432/shop",
        "secret": "postgres-app",
        "key": "password",
        "ssl_mode": "verify-full",
        "ca_secret": "postgres-ca",
        "ca_key": "ca.crt",
    }
    pooled = outputs(instances=2, pooler=POOLER)
    assert pooled["replica_urls"] == "postgresql://shop@postgres-pooler-ro.shop.svc:5432/shop"
    assert outputs()["replica_urls"] == ""


def test_an_external_database_is_told_and_nothing_is_made() -> None:
    declared = {"primary": "db.example.com:6432", "replicas": ["a.example.com:1", "b.example.com:2"], "secret": "s"}
    assert postgres(external=declared) == {}
    found = outputs(external={**declared, "user": "app", "key": "pw", "tls": "verify"})
    assert found["url"] == found["primary_url"] == "postgresql://app@db.example.com:6432/shop"
    assert found["replica_urls"] == "postgresql://app@a.example.com:1/shop,postgresql://app@b.example.com:2/shop"
    assert (found["secret"], found["key"]) == ("s", "pw")
    assert (found["ssl_mode"], found["ca_secret"], found["ca_key"]) == ("verify-full", "s", "ca.crt")
    assert (outputs(external=declared)["ssl_mode"], outputs(external=declared)["ca_secret"]) == ("require", "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"synchronous": "required"}, "synchronous is 'required'; it must not be set while instances is 1"),
        ({"synchronous": "always", "instances": 2}, "synchronous is 'always'"),
        ({"instances": 0}, "instances is 0; it must be at least 1"),
        ({"storage": "5"}, "storage is '5'; it must be at least 1Mi"),
        (
            {"parameters": {"wal_level": "logical"}},
            "parameters.wal_level is 'logical'; it must be left to the platform",
        ),
        ({"pooler": {"mode": "statement"}}, "pooler.mode is 'statement'"),
        ({"pooler": {"pool_size": 101}}, "pooler.pool_size is 101; it must, times pooler.instances (1)"),
        ({"pooler": {"sizes": 1}}, "pooler.sizes is not a setting"),
        ({"backups": {"destination": "shop", "secret": "s"}}, "backups.destination is 'shop'"),
        ({"external": {"primary": "db", "secret": "s"}}, "external.primary is 'db'"),
        ({"external": {"primary": "db:1", "secret": "s"}, "pooler": {}}, "pooler is {}; it must not be set beside"),
        ({"storage_clas": "fast"}, "Did you mean storage_class?"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_made(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramError) as raised:
        postgres(**args)
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.skipif(
    not definitions.FOLDER.exists(), reason="the definitions of custom resources are not beside the checkout"
)
def test_every_field_exists_in_the_operators_definitions() -> None:
    found = postgres(
        instances=3,
        synchronous="required",
        pooler=POOLER,
        backups=BACKUPS,
        storage_class="fast",
        resources={"cpu": "1", "memory": "1Gi", "cpu_limit": "2"},
        monitored=True,
    )
    kinds = {one["kind"] for one in found.values()} - {"PodDisruptionBudget"}
    assert kinds == {"Cluster", "Pooler", "ObjectStore", "ScheduledBackup", "PodMonitor"}
    for one in found.values():
        if one["kind"] in kinds:
            assert definitions.mistakes(one) == []
    cluster = found["Cluster postgres"]
    cluster["spec"]["postgresql"]["synchronous"]["durability"] = "required"
    [mistake] = definitions.mistakes(cluster)
    assert "'durability' was unexpected" in mistake


def test_production_loses_nothing_pools_connections_and_is_backed_up() -> None:
    found = objects("prod")
    spec = found["Cluster postgres"]["spec"]
    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"]["dataDurability"] == "required"
    assert found["Pooler postgres-pooler-rw"]["spec"]["instances"] == 3
    assert found["ScheduledBackup postgres-backup"]["spec"]["cluster"] == {"name": "postgres"}


def test_development_has_one_small_instance_and_nothing_else() -> None:
    found = objects("dev")
    assert found["Cluster postgres"]["spec"]["instances"] == 1
    assert not [one for one in found.values() if one["kind"] in {"Pooler", "ScheduledBackup", "ObjectStore"}]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_applications_check_the_servers_certificate(environment: str) -> None:
    found = objects(environment)
    for name in ("Deployment orders", "Deployment orders-relay", "Deployment orders-worker"):
        told = variables(found[name])
        assert told["PGSSLMODE"] == "verify-full"
        sources = [
            one for volume in pod_of(found[name])["volumes"] for one in volume.get("projected", {}).get("sources", ())
        ]
        files = {one["secret"]["name"]: one["secret"]["items"] for one in sources}
        [authority] = files["postgres-ca"]
        assert authority["key"] == "ca.crt"
        assert told["PGSSLROOTCERT"].endswith(f"/{authority['path']}")


def test_migrations_go_past_the_pooler_and_requests_through_it() -> None:
    found = objects("prod")
    [job] = [one for one in found.values() if one["kind"] == "Job"]
    assert variables(job)["DATABASE_URL"] == "postgresql://shop@postgres-rw.shop-prod.svc:5432/shop"
    told = variables(found["Deployment orders"])
    assert told["DATABASE_URL"] == "postgresql://shop@postgres-pooler-rw.shop-prod.svc:5432/shop"
    assert told["DATABASE_REPLICA_URLS"] == "postgresql://shop@postgres-ro.shop-prod.svc:5432/shop"
    assert shipped("prod")
