import resource
from pathlib import Path

from scalewright.declaration import Backend, Postgres, Scale, Service
from scalewright.local.doctor.limits import (
    THREADS_EACH,
    closed_to_others,
    demand,
    open_files,
    processes,
    shared_memory,
    unprivileged,
)

INFINITE = resource.RLIM_INFINITY


def test_open_files_are_judged_by_what_the_supervisor_can_raise_them_to() -> None:
    assert open_files(256, 1_048_576).level == "note"
    assert open_files(65_536, 65_536).level == "ok"
    assert open_files(INFINITE, INFINITE).seen == "any number for a process"
    low = open_files(256, 512)
    assert (low.level, low.seen) == ("trouble", "512 for a process, at least 1024 are needed")


def test_processes_are_judged_by_what_is_used_and_needed() -> None:
    assert processes(1000, 900, 200, root=False).remedy == "ulimit -u 1100"
    assert processes(10_000, 900, 200, root=False).level == "ok"
    assert processes(1000, 900, 200, root=True).level == "ok"


def test_the_number_of_processes_follows_connections_and_replicas() -> None:
    few = demand(Backend(name="x", postgres=Postgres(max_connections=50)))
    many = demand(Backend(name="x", postgres=Postgres(max_connections=150)))
    assert many - few == 100
    bare = demand(Backend(name="x"))
    services = {"s": Service(app="x:y", routes=["/"], scale=Scale(min=3, max=3))}
    assert demand(Backend(name="x").model_copy(update={"services": services})) - bare == 3 * THREADS_EACH


def test_shared_memory_must_be_there_and_have_room() -> None:
    assert shared_memory(64 * 2**20).seen == "64 MiB free in /dev/shm"
    assert shared_memory(2**20).level == "trouble"
    assert "mount -t tmpfs" in str(shared_memory(None).remedy)


def test_root_without_user_namespaces_needs_folders_that_others_may_enter(tmp_path: Path) -> None:
    assert unprivileged(namespaces=True, closed=None).level == "ok"
    assert unprivileged(namespaces=False, closed=None).level == "note"
    assert unprivileged(namespaces=False, closed=Path("/root")).remedy == "chmod o+x /root"
    folder = tmp_path / "closed" / "project"
    folder.mkdir(parents=True)
    for path in (*reversed(tmp_path.parents), tmp_path):
        if not path.stat().st_mode & 1:
            assert closed_to_others(folder) == path
            return
    (tmp_path / "closed").chmod(0o700)
    assert closed_to_others(folder) == tmp_path / "closed"
    (tmp_path / "closed").chmod(0o701)
    assert closed_to_others(folder) is None
