from dataclasses import replace
from pathlib import Path

from scalewright.local.doctor.disk import Disk, judge, look
from scalewright.local.state import State

GIB = 2**30
ROOM = Disk(Path("/a b"), free=10 * GIB, total=100 * GIB, files=1_000_000, read_only=False, writable=True)


def test_room_is_told_and_little_of_it_noted() -> None:
    assert judge(ROOM).seen == "10.0 GiB of 100.0 GiB free at /a b"
    assert judge(replace(ROOM, free=GIB)).level == "note"
    full = judge(replace(ROOM, free=1000))
    assert (full.level, full.remedy) == ("trouble", "du -xh '/a b' | sort -h | tail")


def test_a_disk_without_inodes_that_is_read_only_or_another_users_is_a_trouble() -> None:
    assert "inodes" in str(judge(replace(ROOM, files=10)).cause)
    assert judge(replace(ROOM, files=None)).level == "ok"
    assert "read-only file system" in judge(replace(ROOM, read_only=True)).seen
    assert judge(replace(ROOM, writable=False)).remedy == "sudo chown -R $(id -u) '/a b'"


def test_a_state_folder_that_is_not_there_yet_is_looked_for_upwards(tmp_path: Path) -> None:
    (found,) = look(State(tmp_path, "local"))
    assert found.seen.endswith(f"free at {tmp_path}")


def test_what_is_stored_is_counted(tmp_path: Path) -> None:
    state = State(tmp_path, "local")
    state.create()
    (state / "data/blob").write_bytes(b"x" * 3 * 2**20)
    _, stored = look(state)
    assert stored.seen == f"3 MiB of data, 0 MiB of logs in {state.folder}"
