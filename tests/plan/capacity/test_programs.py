"""How many processes a command starts, read as the programs themselves read it."""

from __future__ import annotations

import pytest

from scalewright.plan.capacity.programs import processes

COMMANDS = {
    "uvicorn shop:app": (1, 0),
    "uvicorn shop:app --workers 4": (4, 0),
    "python -m uvicorn shop:app --workers=4 --port 80": (4, 0),
    "/venv/bin/gunicorn shop:app -w 4": (4, 0),
    "gunicorn -w4 shop:app": (4, 0),
    "gunicorn shop:app --workers 2 --workers 6": (6, 0),  # the last one counts
    "granian --interface asgi shop:app --workers 3": (3, 0),
    "hypercorn shop:app -w 5": (5, 0),
    "uwsgi --http :8000 --processes 8 --module shop": (8, 0),
    "uwsgi --module shop -p 6": (6, 0),
    "fastapi run shop.py --workers 2": (2, 0),
    "celery -A shop worker -c 8": (8, 1),
    "python -m celery -A shop worker --concurrency=8 -Q orders": (8, 1),
    "celery -A shop worker --autoscale=10,3": (10, 1),
    "celery -A shop worker -c 100 --pool gevent": (1, 0),  # they share the process
    "celery -A shop worker -c 100 -P threads": (1, 0),
    "celery -A shop beat": (1, 0),
    "alembic upgrade head": (1, 0),
    "python -m shop.relay": (1, 0),
    "dramatiq shop -p 4": (4, 1),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_number_is_that_of_the_options(command: str) -> None:
    found = processes(command.split(), {})
    assert (found.working, found.parents) == COMMANDS[command]
    assert found.known


def test_what_a_shell_is_given_as_one_line_is_read_too() -> None:
    found = processes(["sh", "-c", "exec gunicorn shop:app --workers 4 # as many as cores"], {})
    assert (found.working, found.option) == (4, "--workers")


@pytest.mark.parametrize(
    ("command", "variable"), [("uvicorn a:b", "WEB_CONCURRENCY"), ("granian a:b", "GRANIAN_WORKERS")]
)
def test_a_variable_tells_where_no_option_does(command: str, variable: str) -> None:
    assert processes(command.split(), {variable: "6"}).working == 6
    assert processes([*command.split(), "--workers", "2"], {variable: "6"}).working == 2


@pytest.mark.parametrize("command", ["celery -A shop worker", "dramatiq shop", ""])
def test_what_decides_by_the_machine_that_it_finds_is_not_known(command: str) -> None:
    found = processes(command.split(), {})
    assert (found.working, found.known) == (1, False)


@pytest.mark.parametrize("value", ["0", "-1", "many", "", "1e3"])
def test_a_number_that_is_none_counts_as_not_given(value: str) -> None:
    assert processes(["gunicorn", "a:b", "--workers", value], {}).working == 1
