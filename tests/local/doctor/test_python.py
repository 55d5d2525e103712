import sys

from scalewright.declaration import Backend, Postgres, Service, Workers
from scalewright.local.doctor.python import interpreter, needed, packages, system


def test_a_package_that_is_missing_comes_with_the_line_that_brings_it() -> None:
    assert packages({"celery": "5.6"}).seen == "celery 5.6"
    found = packages({"celery": None, "uvicorn": "0.30", "alembic": None})
    assert (found.level, found.remedy) == ("trouble", f"{sys.executable} -m pip install celery alembic")


def test_only_what_is_declared_needs_packages() -> None:
    assert needed(Backend(name="x")) == ("supervisor",)
    service, workers = Service(app="x:y", routes=["/"]), Workers(app="x:y", queues=["q"])
    parts = {"services": {"s": service}, "workers": {"w": workers}, "postgres": Postgres(migrations="alembic.ini")}
    whole = Backend(name="x").model_copy(update=parts)
    assert set(needed(whole)) == {"supervisor", "uvicorn", "uvloop", "httptools", "celery", "alembic"}


def test_what_was_never_tried_is_noted() -> None:
    assert system("Linux", "x86_64", "6.1").level == "ok"
    assert system("Linux", "riscv64", "6.1").level == "note"
    assert interpreter((3, 12)).level == "ok"
    assert interpreter((3, 99)).level == "note"
