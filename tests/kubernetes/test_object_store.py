"""Buckets that are somewhere else: what is claimed, and what applications are told."""

from __future__ import annotations

from typing import Any

from tests.kubernetes.plans import made, variables
from tests.kubernetes.test_arguments import mistakes
from tests.kubernetes.test_events import files

from scalewright import declaration
from scalewright.declaration import Gateway, Service
from scalewright.kubernetes.backend import Backend
from scalewright.kubernetes.object_store import ObjectStore
from scalewright.plan.references import USER, external

STORE = declaration.ObjectStore(buckets=["uploads", "reports"], endpoint="https://s3.example.com", secret="shop-s3")


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
    assert found["ConfigMap object-store"]["data"] == {
        "endpoint": "https://s3.example.com",
        "buckets": "uploads\nreports",
    }
    [secret] = [one for one in external(found.values()) if one.kind == "Secret"]
    assert (secret.name, secret.keys, secret.maker) == ("shop-s3", ("access-key", "secret-key"), USER)


def test_mistakes_come_together_before_anything_is_made() -> None:
    wrong = {"namespace": "ours", "endpoint": "s3.example.com", "buckets": ["Uploads"]}
    assert [line.partition("; ")[0] for line in mistakes(ObjectStore, wrong, "store")] == [
        "ObjectStore 'store': secret is missing",
        "ObjectStore 'store': buckets[0] is 'Uploads'",
        "ObjectStore 'store': endpoint is 's3.example.com'",
    ]
