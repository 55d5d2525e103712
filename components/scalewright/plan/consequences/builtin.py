"""What changes of the kinds that every cluster has come to.

What cannot change in place is what the API server refuses; which of it Pulumi then makes anew, its provider knows:
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
"""

from __future__ import annotations

from scalewright.plan.consequences.rule import Rule, falls, rises

_REFERENCE = "https://kubernetes.io/docs/reference/kubernetes-api"
DEPLOYMENT = f"{_REFERENCE}/workload-resources/deployment-v1/"
STATEFUL_SET = f"{_REFERENCE}/workload-resources/stateful-set-v1/"
JOB = f"{_REFERENCE}/workload-resources/job-v1/"
CRON_JOB = f"{_REFERENCE}/workload-resources/cron-job-v1/"
AUTOSCALER = f"{_REFERENCE}/workload-resources/horizontal-pod-autoscaler-v2/"
SERVICE = f"{_REFERENCE}/service-resources/service-v1/"
CLAIM = f"{_REFERENCE}/config-and-storage-resources/persistent-volume-claim-v1/"
CONFIG_MAP = f"{_REFERENCE}/config-and-storage-resources/config-map-v1/"
SECRET = f"{_REFERENCE}/config-and-storage-resources/secret-v1/"
NAMESPACE = "https://kubernetes.io/docs/concepts/security/pod-security-admission/"
QUOTA = f"{_REFERENCE}/policy-resources/resource-quota-v1/"
RANGE = f"{_REFERENCE}/policy-resources/limit-range-v1/"
NETWORK = f"{_REFERENCE}/policy-resources/network-policy-v1/"
BUDGET = f"{_REFERENCE}/policy-resources/pod-disruption-budget-v1/"
ROLE_BINDING = f"{_REFERENCE}/authorization-resources/role-binding-v1/"
ACCOUNT = f"{_REFERENCE}/authentication-resources/service-account-v1/"

ANEW = "cannot change in place: the API server refuses it, and Pulumi deletes {name} and makes it anew"
MOUNTED = "no restart: pods see it in mounted files within about a minute, in their environment when they next start"

RULES: dict[str, tuple[Rule, ...]] = {
    "Deployment": (
        Rule("spec.selector", "replaces", f"{ANEW}: its pods are away meanwhile", DEPLOYMENT),
        Rule("spec.template", "rolls", "rolls the pods of {name}, some at a time", DEPLOYMENT),
        Rule("spec.replicas", "scales", "scales {name}", DEPLOYMENT),
        Rule("spec", "quiet", "no restart", DEPLOYMENT),
    ),
    "StatefulSet": (
        Rule("spec.template", "rolls", "rolls the pods of {name}, one after the other", STATEFUL_SET),
        Rule("spec.replicas", "scales", "scales {name}; volumes of pods that end are kept", STATEFUL_SET),
        Rule("spec.updateStrategy", "quiet", "no restart", STATEFUL_SET),
        Rule("spec.minReadySeconds", "quiet", "no restart", STATEFUL_SET),
        Rule("spec.ordinals", "scales", "other pods of {name} take the place of these", STATEFUL_SET),
        Rule("spec.revisionHistoryLimit", "quiet", "no restart", STATEFUL_SET),
        Rule("spec.persistentVolumeClaimRetentionPolicy", "quiet", "no restart", STATEFUL_SET),
        Rule(
            "spec.volumeClaimTemplates",
            "replaces",
            f"{ANEW}: its pods are away meanwhile, and volumes that are there stay as they are",
            STATEFUL_SET,
        ),
        Rule("spec", "replaces", f"{ANEW}: its pods are away meanwhile, its volumes stay", STATEFUL_SET),
    ),
    "Job": (
        Rule("spec.template", "replaces", f"{ANEW}: it runs again", JOB),
        Rule("spec.selector", "replaces", f"{ANEW}: it runs again", JOB),
        Rule("spec.completions", "replaces", f"{ANEW}: it runs again", JOB),
        Rule("spec.completionMode", "replaces", f"{ANEW}: it runs again", JOB),
        Rule("spec", "quiet", "no restart", JOB),
    ),
    "CronJob": (Rule("spec", "quiet", "from its next run on", CRON_JOB),),
    "HorizontalPodAutoscaler": (
        Rule("spec.maxReplicas", "scales", "{name} may have more replicas", AUTOSCALER, rises),
        Rule("spec.maxReplicas", "scales", "{name} may have fewer replicas; what is above ends", AUTOSCALER, falls),
        Rule("spec.minReplicas", "scales", "{name} has at least that many replicas, at once", AUTOSCALER, rises),
        Rule("spec.minReplicas", "scales", "{name} may go down to fewer replicas", AUTOSCALER, falls),
        Rule("spec", "scales", "{name} scales otherwise", AUTOSCALER),
    ),
    "Service": (
        Rule("spec.clusterIP", "replaces", f"{ANEW}: its address changes", SERVICE),
        Rule("spec.clusterIPs", "replaces", f"{ANEW}: its address changes", SERVICE),
        Rule("spec.selector", "quiet", "no restart: connections go to other pods at once", SERVICE),
        Rule("spec", "quiet", "no restart", SERVICE),
    ),
    "PersistentVolumeClaim": (
        Rule(
            "spec.resources.requests.storage",
            "refused",
            "impossible: a volume cannot shrink. Copy the data to a new claim, or keep the size",
            CLAIM,
            falls,
        ),
        Rule(
            "spec.resources.requests.storage",
            "quiet",
            "grows where its storage class lets volumes expand, else it is refused",
            CLAIM,
            rises,
        ),
        Rule("spec", "loses", "replaces {name}: data loss. A claim does not change: its volume is made anew", CLAIM),
    ),
    "ConfigMap": (
        Rule("immutable", "replaces", ANEW, CONFIG_MAP),
        Rule("data", "quiet", MOUNTED, CONFIG_MAP),
        Rule("binaryData", "quiet", MOUNTED, CONFIG_MAP),
    ),
    "Secret": (
        Rule("type", "replaces", ANEW, SECRET),
        Rule("immutable", "replaces", ANEW, SECRET),
        Rule("data", "quiet", MOUNTED, SECRET),
        Rule("stringData", "quiet", MOUNTED, SECRET),
    ),
    "Namespace": (
        Rule("metadata.labels", "quiet", "no restart: Pod Security judges pods by it that start later", NAMESPACE),
    ),
    "ResourceQuota": (
        Rule("spec.scopes", "replaces", ANEW, QUOTA),
        Rule("spec", "quiet", "no restart: it bounds what starts later", QUOTA),
    ),
    "LimitRange": (Rule("spec", "quiet", "no restart: it bounds what starts later", RANGE),),
    "NetworkPolicy": (Rule("spec", "quiet", "no restart: other connections are let through, at once", NETWORK),),
    "PodDisruptionBudget": (Rule("spec", "quiet", "no restart: other numbers may be drained at once", BUDGET),),
    "RoleBinding": (
        Rule("roleRef", "replaces", ANEW, ROLE_BINDING),
        Rule("subjects", "quiet", "no restart: others have these rights, at once", ROLE_BINDING),
    ),
    "ServiceAccount": (
        Rule("automountServiceAccountToken", "quiet", "no restart: for pods that start later", ACCOUNT),
        Rule("imagePullSecrets", "quiet", "no restart: for pods that start later", ACCOUNT),
    ),
}
