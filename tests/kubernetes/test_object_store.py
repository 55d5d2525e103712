"""Buckets that are somewhere else: what is claimed, and what applications are told."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber
from tests.kubernetes.plans import made, variables
from tests.kubernetes.test_arguments import mistakes
from tests.kubernetes.test_events import files

from scalewright import declaration
from scalewright.declaration import Gateway, Service
from scalewright.kubernetes.backend import Backend
from scalewright.kubernetes.object_store import ObjectStore
from scalewright.plan.references import USER, external

STORE = declaration.ObjectStore(
    buckets=["uploads", "reports"], endpoint="https://s3.example.com", secret="shop-s3", expire_days={"reports": 30}
)


def told() -> dict[str, Any]:
    services = {
        "files": Service(app="a:b", routes=["/files"], uses=["object_store"]),
        "pages": Service(app="a:b", routes=["/"]),
    }
    declared = declaration.Backend(
        name="shop", platform="kubernetes", image="shop:1", services=services, object_store=STORE, gateway=Gateway()
    )
    return made(lambda: Backend(declared, "test"))


def test_who_uses_it_is_told_where_it_is_and_reads_its_keys_from_files() -> None:
    found = told()
    seen = variables(found["Deployment files"])
    assert seen["OBJECT_STORE_URL"] == "https://s3.example.com"
    assert {seen["OBJECT_STORE_ACCESS_KEY_FILE"], seen["OBJECT_STORE_SECRET_KEY_FILE"]} == {
        "/run/secrets/scalewright/object_store_access_key",
        "/run/secrets/scalewright/object_store_secret_key",
    }
    assert files(found["Deployment files"]) == {
        "object_store_access_key": ("shop-s3", "access-key"),
        "object_store_secret_key": ("shop-s3", "secret-key"),
    }
    assert "OBJECT_STORE_URL" not in variables(found["Deployment pages"])


def test_the_claim_names_the_buckets_and_the_secret_is_yours_to_make() -> None:
    found = told()
    claim = dict(found["ConfigMap object-store"]["data"])
    assert json.loads(claim.pop("reports.lifecycle.json")) == {
        "Rules": [{"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]
    }
    assert claim == {"endpoint": "https://s3.example.com", "buckets": "uploads\nreports"}
    [secret] = [one for one in external(found.values()) if one.kind == "Secret"]
    assert (secret.name, secret.keys, secret.maker) == ("shop-s3", ("access-key", "secret-key"), USER)


def test_the_rules_are_those_that_the_client_of_s3_takes() -> None:
    rules = json.loads(told()["ConfigMap object-store"]["data"]["reports.lifecycle.json"])
    client = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        for _ in range(2):
            stub.add_response("put_bucket_lifecycle_configuration", {})
        client.put_bucket_lifecycle_configuration(Bucket="reports", LifecycleConfiguration=rules)
        with pytest.raises(ParamValidationError, match="Unknown parameter"):
            client.put_bucket_lifecycle_configuration(Bucket="reports", LifecycleConfiguration={**rules, "Rule": []})


def test_mistakes_come_together_before_anything_is_made() -> None:
    wrong = {"namespace": "ours", "endpoint": "s3.example.com", "buckets": ["Uploads"], "expire_days": {"pages": 0}}
    assert [line.partition("; ")[0] for line in mistakes(ObjectStore, wrong, "store")] == [
        "ObjectStore 'store': secret is missing",
        "ObjectStore 'store': buckets[0] is 'Uploads'",
        "ObjectStore 'store': endpoint is 's3.example.com'",
        "ObjectStore 'store': expire_days.pages is 0",
    ]
