"""A Deployment of one container, with what every one of ours has: an account without token, and a budget."""

from dataclasses import dataclass

from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ContainerArgsDict, ServiceAccount, TopologySpreadConstraintArgsDict

from scalewright.kubernetes.component import Component
from scalewright.kubernetes.disruption import budget
from scalewright.kubernetes.metadata import Labels, labels, metadata, selector
from scalewright.kubernetes.pod import PodArgs, pod, spread


@dataclass(frozen=True)
class Rollout:
    """How many pods there are, and how one release replaces another."""

    grace_seconds: int
    """How long a stopping pod has before it is killed."""
    replicas: int | None = None
    """How many; None where an autoscaler decides."""
    alone: bool = False
    """Whether never two may run at once: the old pod ends first, and there is none meanwhile."""

    @property
    def strategy(self) -> dict[str, object]:
        """One more first, and none less meanwhile; or none before one."""
        if self.alone:
            return {"type": "Recreate"}
        return {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}}


def account(parent: Component, name: str, role: str, args: PodArgs) -> ServiceAccount:
    """Make the account of a part: nobody else's, and without a token for the cluster's API."""
    return ServiceAccount(
        name, metadata=metadata(args, name, role), automount_service_account_token=False, opts=parent.child()
    )


def deploy(
    parent: Component,
    name: str,
    role: str,
    args: PodArgs,
    *,
    container: ContainerArgsDict,
    rollout: Rollout,
    annotations: Labels | None = None,
) -> Deployment:
    """Make the Deployment of a part, its account and its disruption budget, all of the part's name.

    `annotations` are those of its pods, for what judges them and has no field of Kubernetes' own.
    """
    account(parent, name, role, args)
    chosen = selector(name, role)
    deployment = Deployment(
        name,
        metadata=metadata(args, name, role),
        spec={
            **({} if rollout.replicas is None else {"replicas": rollout.replicas}),
            "selector": {"match_labels": chosen},
            "revision_history_limit": 3,
            "strategy": rollout.strategy,
            "template": {
                "metadata": {
                    "labels": labels(args, name, role),
                    **({"annotations": annotations} if annotations else {}),
                },
                "spec": {
                    **pod(args, [container], grace_seconds=rollout.grace_seconds),
                    "service_account_name": name,
                    "topology_spread_constraints": [_of_one_release(one) for one in spread(chosen)],
                },
            },
        },
        opts=parent.child(),
    )
    budget(metadata(args, name, role), chosen, parent.child(depends_on=[deployment]))
    return deployment


def _of_one_release(constraint: TopologySpreadConstraintArgsDict) -> TopologySpreadConstraintArgsDict:
    """Count the pods of each release by themselves: those that are about to go must not push new ones aside."""
    return {**constraint, "match_label_keys": ["pod-template-hash"]}
