import json
from pathlib import Path

import pytest

from scalewright.local import secrets
from scalewright.local.errors import PlatformError
from scalewright.local.state import Saved, State, write


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path, "local")
    state.create()
    return state


def test_the_folder_is_private_and_ignored_by_git(state: State) -> None:
    assert state.folder.stat().st_mode & 0o777 == 0o700
    assert (state / "secrets").stat().st_mode & 0o777 == 0o700
    assert (state.folder.parent / ".gitignore").read_text() == "*\n"


def test_what_was_saved_is_kept(state: State) -> None:
    assert state.saved == Saved()
    saved = Saved(ports={"postgres": 20001}, replicas={"services.orders": 4})
    state.save(saved)
    assert State(state.project, "local").saved == saved


def test_a_damaged_state_is_named_with_its_file_and_the_remedy(state: State) -> None:
    for damaged in ('{"version": 2, "po', "[]", '{"version": 2, "ports": {"redis": "x"}}', ""):
        write(state / "state.json", damaged)
        with pytest.raises(PlatformError, match=r"state\.json is damaged.*delete the file"):
            _ = state.saved
    (state / "state.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlatformError, match=r"state\.json is damaged"):
        _ = state.saved


def test_a_state_of_the_first_version_is_understood(state: State) -> None:
    write(state / "state.json", json.dumps({"version": 1, "ports": {"redis": 20002}}))
    assert state.saved == Saved(ports={"redis": 20002})


def test_a_state_of_a_newer_version_is_not_read(state: State) -> None:
    write(state / "state.json", json.dumps({"version": 99, "ports": {}}))
    with pytest.raises(PlatformError, match="newer Scalewright: its version is 99, and this one reads 1 to 2"):
        _ = state.saved


def test_only_one_command_holds_the_state(state: State) -> None:
    with (
        state.locked(),
        pytest.raises(PlatformError, match=r"scalewright with pid \d+ is changing environment local"),
        State(state.project, "local").locked(),
    ):
        pass
    with state.locked():
        pass


def test_a_state_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / ".scalewright").write_text("in the way")
    with pytest.raises(PlatformError, match="cannot be written: File exists"):
        State(tmp_path, "local").create()


def test_a_write_replaces_the_whole_file_and_leaves_no_scratch(tmp_path: Path) -> None:
    write(tmp_path / "a", "longer text")
    write(tmp_path / "a", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "text"


def test_secrets_are_made_once_each_different_and_readable_by_the_owner_alone(state: State) -> None:
    secrets.ensure(state)
    first = {name: secrets.read(state, name) for name in secrets.GENERATED}
    secrets.ensure(state)
    assert {name: secrets.read(state, name) for name in secrets.GENERATED} == first
    assert len(set(first.values())) == len(first)
    assert all(len(value) >= 32 for value in first.values())
    assert {path.stat().st_mode & 0o777 for path in (state / "secrets").iterdir()} == {0o600}
