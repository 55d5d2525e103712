"""Addresses of servers in variables of any name."""

from __future__ import annotations

import pytest

from scalewright.plan.capacity.addresses import POSTGRES, REDIS, addresses

URLS = {
    "postgresql://shop@db:5432/shop": [("db", 5432, "shop/shop")],
    "postgres://shop:secret@db/shop?sslmode=require": [("db", None, "shop/shop")],
    "postgresql+asyncpg://shop@db.prod.svc:6432/shop": [("db.prod.svc", 6432, "shop/shop")],
    "jdbc:postgresql://db:5432/shop": [("db", 5432, "/shop")],
    "db+postgresql://shop@db/results": [("db", None, "shop/results")],
    "postgresql://shop@one:5432,two:5433/shop": [("one", 5432, "shop/shop"), ("two", 5433, "shop/shop")],
    "postgresql://shop@one/shop,postgresql://shop@two/shop": [("one", None, "shop/shop"), ("two", None, "shop/shop")],
    "mysql://shop@db/shop": [],
    "": [],
}


@pytest.mark.parametrize("url", URLS)
def test_every_host_of_an_address_is_found(url: str) -> None:
    found = [(one.host, one.port, one.account) for one in addresses({"ANY_NAME": url}, POSTGRES)]
    assert found == URLS[url]


def test_sentinels_are_servers_each() -> None:
    found = addresses({"REDIS_URL": "sentinel://a:26379/0;sentinel://b:26379/0"}, REDIS)
    assert [(one.host, one.port) for one in found] == [("a", 26379), ("b", 26379)]


@pytest.mark.parametrize(
    ("reads", "hosts"), [("primary", ["rw"]), ("prefer-replica", ["rw", "ro"]), ("", ["rw", "ro"])]
)
def test_replicas_count_where_reads_may_go_there(reads: str, hosts: list[str]) -> None:
    variables = {
        "DATABASE_URL": "postgresql://shop@rw/shop",
        "DATABASE_REPLICA_URLS": "postgresql://shop@ro/shop",
        "DATABASE_READS": reads,
    }
    assert [one.host for one in addresses(variables, POSTGRES)] == hosts
