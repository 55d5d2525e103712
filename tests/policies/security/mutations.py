"""Fields of prod that rules of this group guard, each broken in turn."""

from tests.policies.mutation import Mutation

CONTAINER = "spec.template.spec.containers[0]"

MUTATIONS = (
    Mutation(
        "pod-privilege-escalation",
        "Deployment orders",
        f"{CONTAINER}.securityContext.allowPrivilegeEscalation",
        True,
    ),
)
