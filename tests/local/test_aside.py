from pathlib import Path

import pytest

from scalewright.local import aside, parts
from scalewright.local.parts import Part
from scalewright.local.state import State

DATA = {
    "data/postgres/PG_VERSION": "15",
    "data/postgres/rows": "old",
    "data/postgres.database": "shop",
    "data/postgres-replica-1/PG_VERSION": "15",
    "data/postgres-replica-1.pgpass": "secret",
    "data/postgres-replica-1.7512/PG_VERSION": "of another database, kept",
    "data/redis/appendonly.aof": "keys",
    "jobs/migrations.json": "{}",
    "jobs/seed.json": "{}",
}


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path, "local")
    state.create()
    fill(state, DATA)
    return state


@pytest.fixture
def postgres() -> Part:
    from scalewright.declaration import load

    return parts.parts(load(Path(__file__).parents[2], "local"))["postgres"]


def fill(state: State, files: dict[str, str]) -> None:
    for path, text in files.items():
        (state / path).parent.mkdir(exist_ok=True)
        (state / path).write_text(text)


def files(state: State) -> dict[str, str]:
    found = (path for folder in ("data", "jobs") for path in (state / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(state.folder)): path.read_text() for path in found}


def test_a_primary_goes_after_its_copies_and_before_the_records_of_its_jobs(state: State, postgres: Part) -> None:
    order = [str(path.relative_to(state.folder)) for path in postgres.kept(state)]
    assert order[-3:] == ["data/postgres", "jobs/migrations.json", "jobs/seed.json"]
    assert set(order[:-3]) == {
        "data/postgres-replica-1",
        "data/postgres-replica-1.pgpass",
        "data/postgres.database",
    }


def test_what_is_put_back_is_as_it_was_whatever_was_made_meanwhile(state: State, postgres: Part) -> None:
    taken = postgres.kept(state)
    aside.take(state, taken)
    fill(state, {"data/postgres/PG_VERSION": "18", "data/postgres-replica-2/PG_VERSION": "18", "jobs/seed.json": "new"})
    aside.put_back(state, taken, made=postgres.kept(state))
    assert files(state) == DATA


def test_what_is_cleared_is_gone_and_others_are_left(state: State, postgres: Part) -> None:
    aside.take(state, postgres.kept(state))
    aside.clear(state)
    assert set(files(state)) == {"data/postgres-replica-1.7512/PG_VERSION", "data/redis/appendonly.aof"}


@pytest.mark.parametrize("moved", range(7))
def test_whoever_is_killed_while_moving_leaves_a_whole_database_or_none_and_no_jobs_without_it(
    state: State, postgres: Part, moved: int
) -> None:
    taken = postgres.kept(state)
    (state / aside.FOLDER).mkdir()
    for path in taken[:moved]:
        path.rename(state / aside.FOLDER / path.name)
    aside.clear(state)
    left = files(state)
    if "data/postgres/PG_VERSION" in left:
        assert {path for path in DATA if path.startswith(("data/postgres/", "jobs/"))} <= set(left)
    else:
        assert not [path for path in left if path.startswith(("data/postgres/", "jobs/"))]


@pytest.mark.parametrize("back", range(8))
def test_whoever_is_killed_while_moving_back_leaves_no_jobs_of_another_database(
    state: State, postgres: Part, monkeypatch: pytest.MonkeyPatch, back: int
) -> None:
    taken = postgres.kept(state)
    aside.take(state, taken)
    fill(state, {"data/postgres/rows": "new", "data/postgres/PG_VERSION": "15", "jobs/seed.json": "new"})
    renamed, rename = 0, Path.rename

    def rename_until_killed(self: Path, target: Path) -> Path:
        nonlocal renamed
        if renamed == back:
            raise KeyboardInterrupt
        renamed += 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_until_killed)
    with pytest.raises(KeyboardInterrupt):
        aside.put_back(state, taken, made=postgres.kept(state))
    monkeypatch.undo()
    aside.clear(state)
    left = files(state)
    jobs = {path: text for path, text in left.items() if path.startswith("jobs/")}
    if left.get("data/postgres/rows") == "old":
        assert jobs == {"jobs/migrations.json": "{}", "jobs/seed.json": "{}"}
    elif left.get("data/postgres/rows") == "new":
        assert jobs in ({}, {"jobs/seed.json": "new"})
    else:
        assert jobs == {}
