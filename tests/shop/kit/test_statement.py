"""SQLAlchemy's statements as asyncpg takes them."""

import pytest
from sqlalchemy import BigInteger, bindparam, literal, select, text

from shop.kit.statement import compiled

TWICE = select(bindparam("n", type_=BigInteger) * bindparam("n", type_=BigInteger), literal("own"))


def test_a_parameter_that_is_used_twice_has_one_place() -> None:
    statement = compiled(TWICE)
    assert statement.sql == "SELECT $1::BIGINT * $1::BIGINT AS anon_1, $2::VARCHAR AS anon_2"
    assert statement.arguments({"n": 3}) == [3, "own"]


def test_a_statement_is_compiled_once() -> None:
    assert compiled(TWICE) is compiled(TWICE)


def test_null_is_a_value_like_others() -> None:
    assert compiled(TWICE).arguments({"n": None}) == [None, "own"]


def test_a_parameter_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="id"):
        compiled(text("SELECT :id")).arguments({})
