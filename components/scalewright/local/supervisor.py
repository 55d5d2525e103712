"""The process supervisor (http://supervisord.org): its configuration, its start, and calls to it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from scalewright.local import strays
from scalewright.local.ending import wait_ended
from scalewright.local.errors import PlatformError
from scalewright.local.rpc import ALREADY_STARTED, BAD_NAME, NOT_RUNNING, Connection, SupervisorGoneError
from scalewright.local.state import write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.local.state import State
    from scalewright.plan.records import Process

#: A process that lives shorter than this did not start; after RETRIES such tries, each a second later than the one
#: before, it is a crash loop and is left alone.
START_SECONDS = 5
RETRIES = 4
#: Longer paths are no name for a socket (``sun_path`` of unix(7) holds 108 bytes, 104 on macOS).
#: supervisord adds its pid while it starts.
SOCKET_PATH = 90
SOCKET = "run/socket"
START_TIMEOUT = 10.0

LAUNCH = Path(__file__).with_name("launch.py")


class Supervisor:
    """One supervisor process for one state folder."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._pid_file = state / "run/supervisor.pid"
        self._listen_at(_socket(state))

    def _listen_at(self, socket: Path) -> None:
        self.socket = socket
        self._rpc = Connection(socket, self._pid_file)

    def pid(self) -> int | None:
        """Return the pid of the supervisor, None if it does not run.

        One whose folder was moved while it ran answers from there, and is none: all it looks after was started for the
        old place.
        """
        try:
            pid = int(self._rpc.call("getPID"))
        except SupervisorGoneError:
            return None
        return pid if strays.mark(pid) == str(self.state.folder) else None

    def close(self) -> None:
        """End the connection to the supervisor, which goes on."""
        self._rpc.close()

    def start(self) -> None:
        """Start the supervisor in a session of its own, with no processes yet."""
        self._listen_at(_own_socket(self.state))  # the folder where one listened before may be gone
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        if self.socket.parent.stat().st_uid != os.geteuid():
            raise PlatformError(f"{self.socket.parent} belongs to another user. Delete it, or set TMPDIR")
        self.socket.unlink(missing_ok=True)
        write(self.state / SOCKET, str(self.socket))
        for pattern in ("*.pid", ".*"):  # of processes that are gone, and what a killed command had half written
            for stale in (self.state / "run").glob(pattern):
                stale.unlink()
        self.configure(())
        log = self.state / "logs/supervisor.log"
        with log.open("a") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "supervisor.supervisord", "-n", "-c", "config/supervisor.conf"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.state.folder,
                env=_environment(self.state, self.socket),
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while self.pid() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                last = "\n".join(log.read_text().splitlines()[-5:])
                raise PlatformError(f"the supervisor did not start; its log {log} ends with:\n{last}")
            time.sleep(0.02)

    def shutdown(self) -> None:
        """End the supervisor, after the processes that are still there.

        Without processes it has nothing to finish, and is not given the second it takes to notice a request.
        """
        if (pid := self.pid()) is not None:
            with suppress(psutil.NoSuchProcess):
                self._end(psutil.Process(pid))
        for path in (self.socket, self._pid_file):
            path.unlink(missing_ok=True)

    def _end(self, process: psutil.Process) -> None:
        if any(is_running(info) for info in self.processes().values()):
            with suppress(SupervisorGoneError):
                self._rpc.call("shutdown")
            wait_ended([process], START_TIMEOUT)
        process.kill()
        wait_ended([process], START_TIMEOUT)

    def configure(self, processes: Iterable[Process]) -> None:
        """Write which processes the supervisor looks after."""
        text = _configuration() + "".join(_program(process) for process in processes)
        write(self.state / "config/supervisor.conf", text)

    def adopt(self, processes: Iterable[Process]) -> None:
        """Have the supervisor look after exactly these; those that are new or differ are not running afterwards.

        A process that is no longer listed must have been stopped.
        """
        self.configure(processes)
        added, changed, removed = self._rpc.call("reloadConfig")[0]
        for name in (*changed, *removed):
            self.stop(name)
            self.wait_stopped(name)
            self._rpc.call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._rpc.call("addProcessGroup", name)

    def processes(self) -> dict[str, dict[str, Any]]:
        """Return what the supervisor knows of each process (getAllProcessInfo); nothing if it does not run."""
        try:
            return {info["name"]: info for info in self._rpc.call("getAllProcessInfo")}
        except SupervisorGoneError:
            return {}

    def start_process(self, name: str) -> None:
        """Start a process, without waiting for it."""
        self.forget_starts(name)
        self._rpc.call("startProcess", name, False, tolerate=(ALREADY_STARTED,))

    def stop(self, name: str) -> None:
        """Ask a process to stop, without waiting for it."""
        self._rpc.call("stopProcess", name, False, tolerate=(NOT_RUNNING, BAD_NAME))

    def wait_stopped(self, *names: str) -> None:
        """Wait until processes have stopped; the supervisor kills those that take longer than they may."""
        while any(is_running(info) for name, info in self.processes().items() if name in names):
            time.sleep(0.02)

    def forget_starts(self, name: str) -> None:
        """Begin to count anew: what follows is a start on purpose."""
        (self.state / f"run/{name}.starts").unlink(missing_ok=True)

    def restarts(self, name: str) -> int:
        """Return how often a process was started again since it was last started on purpose."""
        try:
            return max(0, len((self.state / f"run/{name}.starts").read_text().splitlines()) - 1)
        except FileNotFoundError:
            return 0


def is_running(info: dict[str, Any]) -> bool:
    """Whether there is a process, or soon will be."""
    return info["statename"] in ("STARTING", "RUNNING", "BACKOFF", "STOPPING")


def _socket(state: State) -> Path:
    """Return where the supervisor listens, if there is one.

    It was noted at its start, so that another TMPDIR finds it too; a note that came with a folder which was copied or
    moved here is of another supervisor.
    """
    path = _own_socket(state)
    with suppress(FileNotFoundError):
        noted = Path((state / SOCKET).read_text(errors="replace"))
        if noted.name == path.name and path.parent != state / "run":
            return noted
    return path


def _own_socket(state: State) -> Path:
    """Return where a supervisor has to listen: in its folder, or in a temporary one where that path is too long."""
    name = f"{hashlib.sha256(os.fsencode(state.folder)).hexdigest()[:16]}.sock"
    temporary = (Path(folder) / f"scalewright-{os.geteuid()}" / name for folder in (tempfile.gettempdir(), "/tmp"))  # noqa: S108 - the folder in it belongs to this user, see `start`
    paths = (state / "run/supervisor.sock", *temporary)
    return next((path for path in paths if len(os.fsencode(path)) <= SOCKET_PATH), paths[-1])


def _environment(state: State, socket: Path) -> dict[str, str]:
    """Hand paths over by environment: in the configuration itself, a `%`, `;` or `#` in them would have a meaning.

    Pulumi's own variables, among them its passphrase and its token, are no business of what outlives it.
    """
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
        "SCALEWRIGHT_STATE": str(state.folder),
        "SCALEWRIGHT_SOCKET": str(socket),
        "SCALEWRIGHT_PYTHON": sys.executable,
        "SCALEWRIGHT_LAUNCH": str(LAUNCH),
    }


def _configuration() -> str:
    user = "user = root\n" if os.geteuid() == 0 else ""
    return (
        "[supervisord]\nnodaemon = true\npidfile = run/supervisor.pid\n"
        f"logfile = /dev/null\nlogfile_maxbytes = 0\nchildlogdir = logs\n{user}"
        "[unix_http_server]\nfile = %(ENV_SCALEWRIGHT_SOCKET)s\nchmod = 0700\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _program(process: Process) -> str:
    return (
        f"[program:{process.name}]\n"
        'command = "%(ENV_SCALEWRIGHT_PYTHON)s" -I -S "%(ENV_SCALEWRIGHT_LAUNCH)s" "%(ENV_SCALEWRIGHT_STATE)s" '
        f"run/{process.name}.json\n"
        f"autostart = false\nautorestart = true\nstartsecs = {START_SECONDS}\nstartretries = {RETRIES}\n"
        f"stopsignal = {process.stop.signal}\nstopwaitsecs = {process.stop.seconds}\nkillasgroup = true\n"
        f"redirect_stderr = true\nstdout_logfile = logs/{process.name}.log\n"
        "stdout_logfile_maxbytes = 10MB\nstdout_logfile_backups = 1\n"
    )
