"""What changes of the kinds of Strimzi, KEDA, Gateway API, cert-manager, External Secrets and others come to."""

from __future__ import annotations

from scalewright.plan.consequences.rule import Rule, falls, rises

STRIMZI = "https://strimzi.io/docs/operators/latest/deploying.html"
KEDA = "https://keda.sh/docs/latest/reference/scaledobject-spec/"
AUTHENTICATION = "https://keda.sh/docs/latest/concepts/authentication/"
GATEWAY = "https://gateway-api.sigs.k8s.io/reference/spec/"
EXTERNAL_SECRETS = "https://external-secrets.io/latest/guides/ownership-deletion-policy/"
SYNCING = "https://external-secrets.io/latest/api/externalsecret/"
CERTIFICATE = "https://cert-manager.io/docs/usage/certificate/"
TRAEFIK = "https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/middleware/"
PROMETHEUS = "https://prometheus-operator.dev/docs/api-reference/api/"

BROKERS = "rolls the brokers of {name}, one after the other"
SCRAPED = "no restart: Prometheus reads it again"
_AT_ONCE = Rule("spec", "quiet", "no restart: Traefik takes it at once", GATEWAY)

RULES: dict[str, tuple[Rule, ...]] = {
    "Kafka": (
        Rule("spec.kafka.version", "rolls", f"{BROKERS}; it cannot be taken back by an older version", STRIMZI),
        Rule("spec.kafka.metadataVersion", "rolls", f"{BROKERS}; it cannot be taken back", STRIMZI),
        Rule("spec.kafka", "rolls", f"{BROKERS}, unless they take the setting while they run", STRIMZI),
        Rule("spec.entityOperator", "rolls", "rolls Strimzi's own pods beside {name}; brokers go on", STRIMZI),
        Rule("spec", "quiet", "no restart of brokers", STRIMZI),
    ),
    "KafkaNodePool": (
        Rule(
            "spec.replicas",
            "refused",
            "refused by Strimzi while the brokers that would end hold partitions. Move those away first",
            STRIMZI,
            falls,
        ),
        Rule(
            "spec.replicas", "scales", "more brokers of {name}; partitions do not move to them by themselves", STRIMZI
        ),
        Rule(
            "spec.storage.volumes[].size",
            "refused",
            "impossible: a volume cannot shrink, and Strimzi goes on with the old size. Keep it",
            STRIMZI,
            falls,
        ),
        Rule(
            "spec.storage.volumes[].size",
            "quiet",
            "grows the volumes of {name} where their storage class lets them expand; it cannot be taken back",
            STRIMZI,
            rises,
        ),
        Rule("spec.storage", "refused", "impossible: Strimzi keeps the storage that a pool was made with", STRIMZI),
        Rule("spec.roles", "rolls", BROKERS, STRIMZI),
        Rule("spec", "rolls", BROKERS, STRIMZI),
    ),
    "KafkaTopic": (
        Rule(
            "spec.partitions",
            "refused",
            "impossible: Kafka takes no partitions away. Keep the number, or write to a new topic",
            STRIMZI,
            falls,
        ),
        Rule("spec.partitions", "quiet", "no restart, but messages of one key go to another partition", STRIMZI, rises),
        Rule("spec.replicas", "refused", "refused by Strimzi: it moves no replicas without Cruise Control", STRIMZI),
        Rule("spec.topicName", "refused", "impossible: a topic cannot be renamed. Make a new one", STRIMZI),
        Rule(
            "spec.config[]",
            "loses",
            "data loss: messages beyond that are deleted",
            STRIMZI,
            lambda field: "retention." in field.path and falls(field),
        ),
        Rule("spec.config", "quiet", "no restart", STRIMZI),
    ),
    "KafkaUser": (Rule("spec", "quiet", "no restart: other rights, at once", STRIMZI),),
    "ScaledObject": (
        Rule("spec.maxReplicaCount", "scales", "{name} may have more replicas", KEDA, rises),
        Rule("spec.maxReplicaCount", "scales", "{name} may have fewer replicas; what is above ends", KEDA, falls),
        Rule("spec.minReplicaCount", "scales", "{name} has at least that many replicas, at once", KEDA, rises),
        Rule("spec.minReplicaCount", "scales", "{name} may go down to fewer replicas", KEDA, falls),
        Rule("spec", "scales", "{name} scales otherwise", KEDA),
    ),
    "TriggerAuthentication": (Rule("spec", "quiet", "no restart", AUTHENTICATION),),
    "Gateway": (_AT_ONCE,),
    "HTTPRoute": (_AT_ONCE,),
    "Middleware": (Rule("spec", "quiet", "no restart: Traefik takes it at once", TRAEFIK),),
    "Certificate": (
        Rule("spec.secretName", "quiet", "no restart: the certificate is signed anew into another Secret", CERTIFICATE),
        Rule("spec.renewBefore", "quiet", "no restart", CERTIFICATE),
        Rule("spec", "quiet", "no restart: the certificate is signed anew; the old one serves until then", CERTIFICATE),
    ),
    "Issuer": (Rule("spec", "quiet", "no restart: the next certificates are signed otherwise", CERTIFICATE),),
    "ExternalSecret": (
        Rule(
            "spec", "quiet", "no restart: its Secret is written anew, and pods see the new value in a minute", SYNCING
        ),
    ),
    "PodMonitor": (Rule("spec", "quiet", SCRAPED, PROMETHEUS),),
    "ServiceMonitor": (Rule("spec", "quiet", SCRAPED, PROMETHEUS),),
    "PrometheusRule": (Rule("spec", "quiet", SCRAPED, PROMETHEUS),),
}
