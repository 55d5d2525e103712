"""Start one process of a plan: run as a script by the supervisor, it becomes that process.

It stays clear of every other module, so that a start costs a few milliseconds.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time

#: What a process sees of the caller's environment; all else is in its record.
INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR")
PR_SET_PDEATHSIG = 1
#: Starts within so many seconds; up to FREE_STARTS at once, then each a second later than the one before.
WINDOW = 60
FREE_STARTS = 5
CRASH_LOOP = 9


def main(state: str, path: str) -> None:
    """Become the process of the record at `path`; what is wrong with a disk is one line of its log."""
    try:
        start(state, path)
    except OSError as error:
        sys.exit(f"{error.filename or state}: {error.strerror}")


def start(state: str, path: str) -> None:
    """Prepare what the record at `path` asks for, then replace this process by its command."""
    with open(path) as file:
        record = json.load(file)
    die_with_parent(getattr(signal, f"SIG{record['stop']['signal']}"))
    run = os.path.join(state, "run", record["name"])
    end_orphans(state, f"{run}.pid")
    back_off(f"{run}.starts")
    for name, text in {**record["files"], **record["watched"]}.items():
        filled = fill(state, text)
        write(os.path.join(state, name), filled, 0o644 if filled == text else 0o600)
    if record["health"] and record["health"]["type"] == "heartbeat" and os.path.exists(record["health"]["file"]):
        os.unlink(record["health"]["file"])
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {"PYTHONUNBUFFERED": "1", "SCALEWRIGHT_STATE": state}
    for name, value in record["environment"].items():
        environment[name] = value if isinstance(value, str) else secret(state, value["secret"])
    if record["prepare"]:
        prepare(record["prepare"], environment)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what it becomes would inherit that
    if record["directory"].startswith(state):
        os.makedirs(record["directory"], exist_ok=True)
    os.chdir(record["directory"])
    os.execvpe(record["command"][0], record["command"], environment)  # noqa: S606 - no shell is the point


def prepare(command: list[str], environment: dict[str, str]) -> None:
    """Run the preparation; its failure is the failure of the start, and a stop meanwhile ends all it started."""
    child = subprocess.Popen(
        command,
        env=environment,
        process_group=0,
        preexec_fn=lambda: die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - there is one thread
    )

    def stop(_number: int, _frame: object) -> None:
        os.killpg(child.pid, signal.SIGKILL)
        sys.exit("stopped during the preparation")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, stop)
    if status := child.wait():
        sys.exit(f"the preparation ended with status {status}: {' '.join(command)}")


def back_off(path: str) -> None:
    """Note this start, and delay it where there were many of late; end where they are a crash loop.

    The supervisor itself gives up on a process that dies within seconds of its start. This is for one that lives a
    little longer each time.
    """
    now = time.time()
    with open(path, "a+") as starts:
        starts.seek(0)
        # One in the future was noted before the clock was set back; what is no number was cut short by a power cut.
        recent = sum(0 <= now - float(line) < WINDOW for line in starts if re.fullmatch(r"\d+\.\d+\n", line))
        starts.write(f"{now:.3f}\n")
    if recent >= CRASH_LOOP:
        sys.exit(f"a crash loop: started {recent} times in {WINDOW} s, not started again")
    time.sleep(max(0, recent - FREE_STARTS + 1))


def end_orphans(state: str, path: str) -> None:
    """Kill what the process before left of its process group (Linux), then note the group of this one.

    A killed parent leaves its children, which would hold its port. Only what carries the mark of this state folder is
    killed: the number of a group that is gone may be given to another.
    """
    mark = f"SCALEWRIGHT_STATE={state}".encode()
    try:
        with open(path) as file:
            noted = file.read()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if group(pid) == noted and mark in read(f"/proc/{pid}/environ").split(b"\0"):
                os.kill(int(pid), signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        pass
    write(path, str(os.getpgrp()), 0o600)


def group(pid: str) -> str:
    """Return the process group of a process, the third field behind its name in /proc/PID/stat (proc(5))."""
    fields = read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return fields[2].decode() if fields else ""


def read(path: str) -> bytes:
    """Read a file; nothing of one that is gone or not ours."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def die_with_parent(by: int) -> None:
    """Have the kernel send a signal when the parent dies, so that nothing outlives a killed supervisor (Linux)."""
    if sys.platform == "linux":
        import ctypes

        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, by, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the supervisor died")


def fill(state: str, text: str) -> str:
    """Put the values of secrets where a configuration file names them."""
    return re.sub(r"\{\{secret:([\w-]+)\}\}", lambda match: secret(state, match[1]), text)


def secret(state: str, name: str) -> str:
    """Read a secret."""
    with open(os.path.join(state, "secrets", name)) as file:
        return file.read()


def write(path: str, text: str, mode: int) -> None:
    """Replace a file as a whole, so that its reader never sees a part."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    scratch = f"{path}.new"
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    os.replace(scratch, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
