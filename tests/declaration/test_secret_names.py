"""Secrets that somebody gives under the name of one that is made: two would write it in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scalewright.declaration import Backend, Redis, load
from scalewright.declaration.secret_names import taken

if TYPE_CHECKING:
    from conftest import Project

IMAGE = f"shop:1@sha256:{'0' * 64}"
STACK = """\
config:
  scalewright:backend:
    platform: kubernetes
    image: {image}
    redis: {redis}
    secrets:
      store: {{name: vault}}
      external:
        redis: {{password: {{key: shop/redis}}}}
        redis-ca: {{ca.crt: {{key: shop/ca}}}}
        shop-redis: {{password: {{key: shop/redis}}}}
  scalewright:secrets:
    {encrypted}: {{password: {{secure: v1:AAAB}}}}
"""


def test_a_secret_in_a_store_is_told_where_it_is_named(project: Project) -> None:
    project.stack(STACK.format(image=IMAGE, redis="{}", encrypted="mail"), "test")
    [mistake] = project.mistakes("test")
    assert mistake.startswith(
        "stacks/Pulumi.test.yaml:9:9: secrets.external.redis is ['password']; it must not be named 'redis', for redis "
        "makes the Secret of that name itself. Rename it, and name it where it is used"
    )


def test_so_is_an_encrypted_one(project: Project) -> None:
    text = STACK.format(image=IMAGE, redis="{tls: true}", encrypted="redis-tls")
    project.stack(text.replace("        redis: ", "        a: ").replace("redis-ca:", "b:"), "test")
    [mistake] = project.mistakes("test")
    assert mistake.startswith("stacks/Pulumi.test.yaml:13:5: config.scalewright:secrets.redis-tls is ['password']; it")
    assert "for redis.tls makes the Secret of that name itself" in mistake


def test_the_secret_of_a_server_of_somebody_else_may_have_any_name(project: Project) -> None:
    external = "{external: {address: 'redis.example.com:6379', secret: redis, cidrs: [10.0.0.0/8]}}"
    project.stack(STACK.format(image=IMAGE, redis=external, encrypted="redis-tls"), "test")
    assert load(project.path, "test").secrets


@pytest.mark.parametrize("name", ["redis", "redis-ca", "redis-tls", "redis-cache-tls"])
def test_what_a_part_makes_depends_on_what_it_is(name: str) -> None:
    encrypted = [*taken(Backend(name="shop", redis=Redis(tls=True)), {name: ("a",)})]
    plain = [*taken(Backend(name="shop", redis=Redis()), {name: ("a",)})]
    assert [len(encrypted), len(plain)] == [1, int(name == "redis")]
