import os
from pathlib import Path

import psutil
import pytest

from scalewright.declaration import Backend, Pool, Postgres, Redis, Scale, Service, Workers
from scalewright.local.doctor.memory import MEASURED, Memory, demand, judge, kills, read

MIB = 2**20
GIB = 2**30


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc that names both versions of control groups."""
    proc = tmp_path / "proc"
    write(proc, vmstat="nr_free_pages 1\noom_kill 2\n")
    write(proc / "self", cgroup="4:cpu,memory:/app\n0::/app.slice/app\n")
    return proc


def test_a_control_group_of_version_2_bounds_what_is_available_and_counts_its_kills(tmp_path: Path, proc: Path) -> None:
    files = {"memory__max": f"{512 * MIB}\n", "memory__current": f"{500 * MIB}\n", "memory__stat": "inactive_file 0\n"}
    write(tmp_path / "cg" / "app.slice", memory__max="max\n")
    write(tmp_path / "cg" / "app.slice" / "app", memory__events="oom 9\noom_kill 7\n", **files)
    memory = read(tmp_path / "cg", proc)
    assert memory == Memory(512 * MIB, 12 * MIB, bounded=True, kills=7)


def test_a_control_group_of_version_1_does_too_and_what_it_caches_is_not_used_up(tmp_path: Path, proc: Path) -> None:
    write(
        tmp_path / "cg" / "memory",
        memory__limit_in_bytes=f"{512 * MIB}\n",
        memory__usage_in_bytes=f"{500 * MIB}\n",
        memory__stat=f"total_inactive_file {100 * MIB}\n",
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
    )
    assert read(tmp_path / "cg", proc) == Memory(512 * MIB, 112 * MIB, bounded=True, kills=2)


def test_without_control_groups_the_machine_is_the_bound(tmp_path: Path) -> None:
    memory = read(tmp_path / "none", tmp_path / "none")
    assert (memory.total, memory.bounded, memory.kills) == (psutil.virtual_memory().total, False, 0)


def test_too_little_memory_is_a_trouble_and_kills_are_told() -> None:
    assert judge(Memory(8 * GIB, 4 * GIB, bounded=False, kills=0), 1 * GIB).level == "ok"
    short = judge(Memory(8 * GIB, 1 * GIB, bounded=False, kills=0), 2 * GIB)
    assert (short.level, short.seen) == ("trouble", "1.0 GiB of 8.0 GiB available, about 2.0 GiB needed")
    nearly = judge(Memory(8 * GIB, 100 * MIB, bounded=True, kills=3), None)
    assert nearly.level == "trouble"
    assert "that this control group may use" in nearly.seen
    assert "has killed 3 for lack of it" in nearly.seen
    assert judge(Memory(8 * GIB, 4 * GIB, bounded=False, kills=1), None).level == "note"


def test_the_demand_grows_with_what_is_declared() -> None:
    none = Backend(name="x")
    assert demand(none) == MEASURED["toolkit"]
    redis = Redis(memory="100Mi")  # type: ignore[arg-type]
    workers = Workers(app="x:y", queues=["q"], concurrency=3, scale=Scale(min=2, max=4))
    more = demand(none.model_copy(update={"redis": redis, "workers": {"w": workers}})) - demand(none)
    assert more == 100 * MIB + 2 * (MEASURED["worker"] + 3 * MEASURED["task process"])
    service = Service(app="x:y", routes=["/x"], uses=["postgres"], database=Pool(size=2, overflow=1))
    served = demand(none.model_copy(update={"postgres": Postgres(), "services": {"s": service}})) - demand(none)
    assert served == MEASURED["postgres"] + 3 * MEASURED["connection"] + MEASURED["service"]


def test_the_kernels_log_names_whom_it_killed_where_it_may_be_read(tmp_path: Path) -> None:
    log = tmp_path / "kmsg"
    log.write_text("3,1,1,-;Memory cgroup out of memory: Killed process 4711 (python) total-vm:1kB\n")
    assert kills(log).pids == {4711}
    assert kills(tmp_path / "none").pids == frozenset()


@pytest.mark.skipif(not os.access("/dev/kmsg", os.R_OK), reason="the kernel's log is not for this user to read")
def test_the_real_log_of_the_kernel_is_read_to_its_end() -> None:
    assert kills().count >= 0
