from typing import Any

from scalewright.automation.keeping import kept

URN = "urn:pulumi:dev::scalewright::scalewright:index:Redis$kubernetes:apps/v1:StatefulSet::redis"


def stateful(**spec: Any) -> dict[str, Any]:
    spec = {"volumeClaimTemplates": [{"metadata": {"name": "data"}}], **spec}
    inputs = {"metadata": {"name": "redis"}, "spec": spec}
    return {"urn": URN, "type": "kubernetes:apps/v1:StatefulSet", "inputs": inputs}


def test_what_pulumi_is_told_to_keep_stays_and_so_do_the_claims_of_stateful_sets() -> None:
    namespace = {
        "urn": "urn:pulumi:dev::p::kubernetes:core/v1:Namespace::shop-dev",
        "type": "kubernetes:core/v1:Namespace",
    }
    assert kept([{**namespace, "retainOnDelete": True}, stateful()]) == [
        "Namespace shop-dev",
        "PersistentVolumeClaims data-redis-*",
    ]
    assert kept([namespace]) == []


def test_claims_that_a_stateful_set_deletes_do_not_stay() -> None:
    assert kept([stateful(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"})]) == []
    assert kept([stateful(volumeClaimTemplates=[])]) == []
