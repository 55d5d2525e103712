"""Which images are found in an object, how they are read, and what of them is allowed."""

from typing import Any

import pytest

from scalewright.plan.policy import Objects, Subject, check
from scalewright.plan.policy.strictness import Strictness
from scalewright_policies.security._images import images
from scalewright_policies.security.image_by_digest import RULE as BY_DIGEST
from scalewright_policies.security.image_registry import RULE as REGISTRY

DIGEST = "@sha256:9f2b6c1d4e8a70355bc1f0e6d27a94830c5be1f7a6d8294e03b17c5fa9e84d62"


def pod(image: Any) -> Subject:
    spec = {"containers": [{"name": "api", "image": image}]}
    return Subject({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": spec})


@pytest.mark.parametrize(
    ("reference", "registry", "repository", "tag"),
    [
        ("nginx", "", "nginx", ""),
        ("nginx:1.29", "", "nginx", "1.29"),
        ("acme/shop:1", "", "acme/shop", "1"),
        ("localhost/shop", "localhost", "shop", ""),
        ("registry:5000/shop:1", "registry:5000", "shop", "1"),
        ("ghcr.io/acme/team/shop:1.4.0", "ghcr.io", "acme/team/shop", "1.4.0"),
        ("example.com:8443/shop", "example.com:8443", "shop", ""),
        (f"ghcr.io/acme/shop:1.4.0{DIGEST}", "ghcr.io", "acme/shop", "1.4.0"),
    ],
)
def test_a_reference_is_read_as_registries_do(reference: str, registry: str, repository: str, tag: str) -> None:
    [image] = images(pod(reference))
    assert (image.registry, image.repository, image.tag) == (registry, repository, tag)
    assert bool(image.digest) is ("@" in reference)


def test_images_of_every_container_volume_and_operator_are_found() -> None:
    spec = {
        "initContainers": [{"image": "a.io/1"}],
        "containers": [{"image": "a.io/2"}],
        "volumes": [{"name": "x", "image": {"reference": "a.io/3"}}],
    }
    subjects = [
        Subject({"apiVersion": "v1", "kind": "Pod", "spec": spec}),
        Subject({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": {"imageName": "a.io/4"}}),
        Subject({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Pooler", "spec": {"template": {"spec": spec}}}),
        Subject({"apiVersion": "kafka.strimzi.io/v1", "kind": "Kafka", "spec": {"kafka": {"image": "a.io/5"}}}),
    ]
    found = [(one.reference, one.path) for subject in subjects for one in images(subject)]
    assert found == [
        ("a.io/1", "spec.initContainers[0].image"),
        ("a.io/2", "spec.containers[0].image"),
        ("a.io/3", "spec.volumes[0].image.reference"),
        ("a.io/4", "spec.imageName"),
        ("a.io/2", "spec.template.spec.containers[0].image"),
        ("a.io/5", "spec.kafka.image"),
    ]


@pytest.mark.parametrize(
    ("image", "is_found"),
    [
        (f"ghcr.io/acme/shop{DIGEST}", False),
        ("ghcr.io/acme/shop:1.4.0", True),
        ("docker.io/valkey/valkey:9.1.4", False),
        ("docker.io/valkey/valkey:9.1-alpine", False),
        ("docker.io/valkey/valkey:9", True),
        ("docker.io/valkey/valkey", True),
        ("evil.io/valkey/valkey:9.1.4", True),
        (7, False),
    ],
)
def test_only_publishers_that_are_named_are_trusted_with_a_version(image: Any, is_found: bool) -> None:
    assert bool(check(Objects([pod(image)]), [BY_DIGEST]).findings) is is_found


@pytest.mark.parametrize(
    ("image", "is_found"),
    [
        ("ghcr.io/acme/shop", False),
        ("ghcr.io/acme", False),
        ("ghcr.io/acmeevil/shop", True),
        ("docker.io/valkey/valkey:9.1.4", False),
        ("quay.io/valkey/valkey:9.1.4", True),
        ("ghcr.io.evil.com/acme/shop", True),
        ("acme/shop", True),
    ],
)
def test_an_image_is_of_an_allowed_registry_or_of_a_folder_of_one(image: str, is_found: bool) -> None:
    allowed = Strictness(settings={"image-registry": {"allowed": ["ghcr.io/acme/", "docker.io"]}})
    assert bool(check(Objects([pod(image)]), [REGISTRY], allowed).findings) is is_found


def test_any_registry_will_do_where_none_is_given() -> None:
    assert check(Objects([pod("quay.io/a/b")]), [REGISTRY]).findings == ()
