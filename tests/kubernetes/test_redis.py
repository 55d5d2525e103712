"""Redis by Valkey: broker, cache, replicas with sentinels, and what applications are told of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.kubernetes import plans
from tests.kubernetes.plans import Manifest, container_of, made, objects, pod_of, variables

from scalewright.declaration import Quantity
from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.redis import Redis
from scalewright.plan.references import external
from scalewright.plan.render import REFERENCES, render


def redis(**args: Any) -> dict[str, Manifest]:
    return made(lambda: Redis("redis", {"namespace": "shop", **args}))


def outputs(**args: Any) -> dict[str, Any]:
    return plans.outputs(lambda: Redis("redis", {"namespace": "shop", **args}))


def configuration(found: dict[str, Manifest], name: str = "redis") -> list[str]:
    return str(found[f"ConfigMap {name}"]["data"]["valkey.conf"]).splitlines()


def test_a_broker_writes_everything_down_and_evicts_nothing() -> None:
    found = redis(memory="128Mi", storage="2Gi")
    assert {"appendonly yes", "maxmemory-policy noeviction", f"maxmemory {128 * 2**20}"} <= set(configuration(found))
    spec = found["StatefulSet redis"]["spec"]
    [claim] = spec["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"] == {"storage": "2Gi"}
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_a_cache_of_its_own_forgets_and_keeps_nothing() -> None:
    found = redis(cache={"memory": "100Mi"})
    lines = set(configuration(found, "redis-cache"))
    assert {"appendonly no", "maxmemory-policy allkeys-lru", f"maxmemory {100 * 2**20}"} <= lines
    assert "volumeClaimTemplates" not in found["StatefulSet redis-cache"]["spec"]
    assert found["StatefulSet redis"]["spec"]["selector"] != found["StatefulSet redis-cache"]["spec"]["selector"]


@pytest.mark.parametrize(("persistence", "limit"), [(True, "200Mi"), (False, "125Mi")])
def test_memory_has_room_beyond_the_data(persistence: bool, limit: str) -> None:
    container = container_of(redis(memory="100Mi", persistence=persistence)["StatefulSet redis"])
    assert container["resources"]["limits"]["memory"] == limit
    assert container["resources"]["requests"]["memory"] == limit


def test_a_change_of_the_configuration_replaces_the_pods() -> None:
    first, again, other = (
        redis(memory=memory)["StatefulSet redis"]["spec"]["template"]["metadata"]["annotations"]
        for memory in ("64Mi", "64Mi", "128Mi")
    )
    assert first == again
    assert first != other


def test_pods_are_restricted_and_have_probes_that_differ() -> None:
    for found in (redis(cache={}), redis(instances=3)):
        for workload in [one for one in found.values() if one["kind"] == "StatefulSet"]:
            pod = pod_of(workload)
            assert pod["securityContext"]["runAsUser"] >= 10000
            assert pod["automountServiceAccountToken"] is False
            for container in pod["containers"]:
                assert container["securityContext"]["readOnlyRootFilesystem"] is True
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
                assert "memory" in container["resources"]["limits"]
                commands = [tuple(container[f"{one}Probe"]["exec"]["command"][:2]) for one in ("readiness", "liveness")]
                assert commands == [("sh", "/etc/valkey/ready.sh"), ("sh", "/etc/valkey/answers.sh")]
                startup = container["startupProbe"]
                assert startup["periodSeconds"] * startup["failureThreshold"] >= 300


def test_the_password_is_generated_and_in_no_manifest_and_the_render_tells_who_makes_it() -> None:
    resources = evaluate(lambda: (Redis("redis", {"namespace": "shop"}), None)[1], "shop", "test")
    [password] = [one for one in resources if one.type == "random:index/randomPassword:RandomPassword"]
    assert (password.inputs["length"], password.inputs["special"]) == (40, False)
    found = redis()
    assert not [name for name in found if name.startswith("Secret")]
    [left] = external(found.values())
    assert (left.kind, left.name, left.keys) == ("Secret", "redis", ("password",))
    page = render(resources)[REFERENCES]
    assert "| Secret | redis | password | `pulumi up`, by chance; else you, before the first apply |" in page


@pytest.mark.parametrize("instances", [1, 3])
def test_a_destroy_stops_the_servers_and_leaves_their_claims(instances: int) -> None:
    args: Any = {"namespace": "shop", "instances": instances, "cache": {}}
    resources = evaluate(lambda: (Redis("redis", args), None)[1], "shop", "test")
    assert not [one.name for one in resources if one.retain_on_delete]
    [claimed] = [one.inputs["spec"] for one in resources if "volumeClaimTemplates" in one.inputs.get("spec", {})]
    assert claimed["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_replicas_are_watched_by_a_sentinel_each_and_a_majority_decides() -> None:
    found = redis(instances=3)
    spec = found["StatefulSet redis"]["spec"]
    server, sentinel = pod_of(found["StatefulSet redis"])["containers"]
    assert (spec["replicas"], server["name"], sentinel["name"]) == (3, "valkey", "sentinel")
    told = {one["name"]: one.get("value") for one in sentinel["env"]}
    assert told["QUORUM"] == "2"
    assert told["ADDRESS"] == "$(INSTANCE_NAME).redis-headless.shop.svc"
    assert [one["name"] for one in sentinel["env"]].index("INSTANCE_NAME") == 0  # or it would not be filled in
    assert told["SENTINELS"].split() == [f"redis-{number}.redis-headless.shop.svc" for number in range(3)]
    assert {"min-replicas-to-write 1", "min-replicas-max-lag 10"} <= set(configuration(found))
    assert found["Service redis-headless"]["spec"]["publishNotReadyAddresses"] is True


def test_a_majority_is_never_on_one_host_of_several() -> None:
    for instances, unsatisfiable in ((3, "DoNotSchedule"), (1, "ScheduleAnyway")):
        stateful = redis(instances=instances)["StatefulSet redis"]
        zones, hosts = pod_of(stateful)["topologySpreadConstraints"]
        assert (zones["topologyKey"], zones["whenUnsatisfiable"]) == ("topology.kubernetes.io/zone", "ScheduleAnyway")
        assert (hosts["topologyKey"], hosts["whenUnsatisfiable"]) == ("kubernetes.io/hostname", unsatisfiable)
        for one in (zones, hosts):
            assert "matchLabelKeys" not in one  # pods of a StatefulSet have no pod-template-hash
            assert one["labelSelector"]["matchLabels"] == stateful["spec"]["selector"]["matchLabels"]


def test_a_service_to_any_of_several_servers_does_not_exist_for_it_would_lead_writes_to_replicas() -> None:
    found = redis(instances=3)
    assert "Service redis" not in found
    assert found["Service redis-sentinel"]["spec"]["ports"] == [
        {"name": "sentinel", "port": 26379, "targetPort": "sentinel"}
    ]


def test_a_primary_hands_over_within_the_time_that_it_has_to_stop() -> None:
    pod = pod_of(redis(instances=3)["StatefulSet redis"])
    server, sentinel = pod["containers"]
    assert server["lifecycle"]["preStop"]["exec"]["command"] == ["sh", "/etc/valkey/drain.sh"]
    assert "lifecycle" not in sentinel
    handover = int({one["name"]: one.get("value") for one in server["env"]}["HANDOVER"])
    assert pod["terminationGracePeriodSeconds"] >= handover + 30


def test_outputs_lead_to_the_server_or_to_the_sentinels() -> None:
    assert outputs() == {
        "url": "redis://redis.shop.svc:6379/0",
        "address": "redis.shop.svc:6379",
        "sentinels": "",
        "cache_url": "",
        "secret": "redis",
        "key": "password",
        "ca_secret": "",
        "ca_key": "ca.crt",
    }
    found = outputs(instances=3, cache={})
    hosts = [f"redis-{number}.redis-headless.shop.svc:26379" for number in range(3)]
    assert found["url"] == ";".join(f"sentinel://{host}/0" for host in hosts)
    assert (found["sentinels"], found["address"]) == (",".join(hosts), "")
    assert found["cache_url"] == "redis://redis-cache.shop.svc:6379/0"


@pytest.mark.parametrize("instances", [1, 3])
def test_with_tls_every_address_that_is_told_is_a_name_of_the_certificate(instances: int) -> None:
    found, told = redis(instances=instances, tls=True, cache={}), outputs(instances=instances, tls=True, cache={})
    hosts: dict[str, list[str]] = {"redis": [], "redis-cache": []}
    for url in (*told["url"].split(";"), told["cache_url"]):
        assert url.startswith("rediss+sentinel://" if ":26379" in url else "rediss://")
        host = str(urlsplit(url).hostname)
        hosts["redis-cache" if host.startswith("redis-cache") else "redis"].append(host)
    for server, reached in hosts.items():
        spec = found[f"Certificate {server}"]["spec"]
        assert reached
        for host in reached:
            # A wildcard stands for one label (RFC 6125, 6.4.3).
            assert host in spec["dnsNames"] or f"*.{host.partition('.')[2]}" in spec["dnsNames"]
        assert spec["issuerRef"]["name"] == found["Issuer redis-ca"]["metadata"]["name"]
        files = {one["secret"]["name"] for one in secrets_of(found[f"StatefulSet {server}"])}
        assert files == {"redis", spec["secretName"]}
    assert found["Issuer redis-ca"]["spec"]["ca"]["secretName"] == found["Certificate redis-ca"]["spec"]["secretName"]
    assert (told["ca_secret"], told["ca_key"]) == ("redis-tls", "ca.crt")


def secrets_of(workload: Manifest) -> list[Any]:
    [volume] = [one for one in pod_of(workload)["volumes"] if one["name"] == "secrets"]
    return list(volume["projected"]["sources"])


def test_with_tls_nothing_listens_without_it() -> None:
    found = redis(instances=3, tls=True, cache={})
    texts = [str(found[f"ConfigMap {name}"]["data"][file]) for name, file in TOLD]
    for text, port in zip(texts, (6379, 6379, 26379), strict=True):
        lines = text.splitlines()
        assert {"port 0", f"tls-port {port}", "tls-replication yes"} <= set(lines)
        assert [line for line in lines if line.startswith("port ")] == ["port 0"]
    assert not [name for name in redis(instances=3, cache={}) if name.startswith(("Certificate", "Issuer"))]


TOLD = (("redis", "valkey.conf"), ("redis-cache", "valkey.conf"), ("redis", "listen.conf"))


def test_an_external_server_is_told_and_nothing_is_made() -> None:
    declared = {"address": "redis.example.com:6380", "tls": True, "secret": "s", "key": "pw"}
    assert redis(external=declared) == {}
    found = outputs(external=declared)
    assert (found["url"], found["secret"], found["key"]) == ("rediss://redis.example.com:6380/0", "s", "pw")
    assert outputs(external={**declared, "tls": False})["url"] == "redis://redis.example.com:6380/0"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"instances": 2}, "instances is 2; it must be 1, or at least 3"),
        ({"instances": 3, "persistence": False}, "persistence is false; it must be true while instances is 3"),
        ({"memory": "1Gi", "resources": {"cpu": "1", "memory": "1Gi"}}, "'1Gi'; it must be at least 2Gi"),
        ({"eviction": "lru"}, "eviction is 'lru'"),
        ({"cache": {"size": "1Gi"}}, "cache.size is not a setting"),
        ({"external": {"address": "redis", "secret": "s"}}, "external.address is 'redis'"),
        ({"external": {"address": "redis:1", "secret": "s"}, "cache": {}}, "cache is {}; it must not be set beside"),
        ({"external": {"address": "redis:1", "secret": "s"}, "tls": True}, "tls is true; it must not be set beside"),
        ({"tls": "yes"}, "tls is 'yes'"),
        ({"memry": "1Gi"}, "Did you mean memory?"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_made(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramError) as raised:
        redis(**args)
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_production_survives_the_loss_of_its_broker_and_caches_elsewhere() -> None:
    found = objects("prod")
    assert found["StatefulSet redis"]["spec"]["replicas"] == 3
    told = variables(found["Deployment orders"])
    assert told["REDIS_URL"].count("sentinel://") == 3
    assert told["CACHE_URL"] == "rediss://redis-cache.shop-prod.svc:6379/0"
    server = pod_of(found["StatefulSet redis"])["containers"][0]
    data = Quantity(next(line for line in configuration(found) if line.startswith("maxmemory ")).split()[1])
    assert Quantity(server["resources"]["limits"]["memory"]) >= data * 2


def test_an_autoscaler_asks_the_sentinels_where_there_are_some() -> None:
    trigger = objects("prod")["ScaledObject orders-worker"]["spec"]["triggers"][0]
    assert trigger["type"] == "redis-sentinel"
    assert trigger["metadata"]["sentinelMaster"] == "mymaster"
    assert trigger["metadata"]["addresses"].split(",")[0] == "redis-0.redis-headless.shop-prod.svc:26379"
    authentication = objects("prod")["TriggerAuthentication orders-worker"]["spec"]["secretTargetRef"]
    assert [one["parameter"] for one in authentication] == ["password", "sentinelPassword", "ca"]
    assert trigger["metadata"]["enableTLS"] == "true"
    assert objects("dev")["ScaledObject orders-worker"]["spec"]["triggers"][0]["type"] == "redis"


def test_development_has_one_small_server_and_nothing_else() -> None:
    found = objects("dev")
    sets = {name: one["spec"]["replicas"] for name, one in found.items() if one["kind"] == "StatefulSet"}
    assert sets == {"StatefulSet redis": 1}
