"""A Kubernetes control plane on loopback: etcd, kube-apiserver and kube-controller-manager, without a node."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "v1.34.4"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "scalewright" / "kubernetes" / VERSION
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kubectl")
#: Seconds in which it must be up; a machine that is busy otherwise takes longer than one that is not.
PATIENCE = 120.0
LOOPBACK = "127.0.0.1"


def missing() -> list[str]:
    """Return the programs that a control plane needs and this machine lacks."""
    return [name for name in PROGRAMS if not (CACHE / name).exists()] + ([] if shutil.which("etcd") else ["etcd"])


class ControlPlane:
    """One control plane in a folder of its own; `kubeconfig` names it to every client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._token = secrets.token_urlsafe(24)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []
        self._etcd, peer, self._port = _free_ports(3)
        self._peer = f"http://{LOOPBACK}:{peer}"

    def start(self) -> None:
        """Start all of it, and wait until it is ready; raises RuntimeError with the last words of what failed."""
        self._write_identity()
        etcd = f"http://{LOOPBACK}:{self._etcd}"
        self._run(
            "etcd",
            *("--data-dir", self._path("etcd"), "--unsafe-no-fsync"),
            *("--listen-client-urls", etcd, "--advertise-client-urls", etcd),
            *("--listen-peer-urls", self._peer, "--initial-advertise-peer-urls", self._peer),
            *("--initial-cluster", f"default={self._peer}"),
        )
        self._run(
            str(CACHE / "kube-apiserver"),
            *("--etcd-servers", etcd, "--secure-port", str(self._port), "--bind-address", LOOPBACK),
            *("--advertise-address", LOOPBACK, "--cert-dir", self._path("certificates")),
            *("--token-auth-file", self._path("tokens.csv"), "--authorization-mode", "RBAC"),
            *("--service-account-issuer", "https://kubernetes.default.svc"),
            *("--service-account-key-file", self._path("accounts.key")),
            *("--service-account-signing-key-file", self._path("accounts.key")),
            *("--service-cluster-ip-range", "10.96.0.0/16", "--disable-admission-plugins", "ServiceAccount"),
        )
        self._wait(self._is_ready)
        self._run(
            str(CACHE / "kube-controller-manager"),
            *("--kubeconfig", str(self.kubeconfig), "--leader-elect=false", "--secure-port", "0"),
            *("--service-account-private-key-file", self._path("accounts.key"), "--use-service-account-credentials"),
        )

    def stop(self) -> None:
        """End all of it, the last first."""
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self._logs:
            log.close()

    def _write_identity(self) -> None:
        (self.folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        subprocess.run(
            ["openssl", "genrsa", "-out", self._path("accounts.key"), "2048"], check=True, capture_output=True
        )
        cluster = {"server": f"https://{LOOPBACK}:{self._port}", "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(json.dumps(config))

    def _path(self, name: str) -> str:
        return str(self.folder / name)

    def _run(self, program: str, *arguments: str) -> None:
        log = (self.folder / f"{Path(program).name}.log").open("wb")
        self._logs.append(log)
        self._processes.append(
            subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        )

    def _is_ready(self) -> bool:
        done = kubectl(self.kubeconfig, "get", "--raw", "/readyz", check=False)
        return done.returncode == 0

    def _wait(self, condition: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            for process in self._processes:
                if process.poll() is not None or time.monotonic() > deadline:
                    name = Path(str(process.args[0])).name  # type: ignore[index]
                    last = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
                    self.stop()
                    raise RuntimeError(f"the control plane did not come up; {name} says:\n{last}")
            time.sleep(0.1)


def kubectl(
    kubeconfig: Path, *arguments: str, text: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run kubectl; of a failure its last words are raised."""
    program = str(CACHE / "kubectl") if (CACHE / "kubectl").exists() else "kubectl"
    done = subprocess.run(
        [program, "--kubeconfig", str(kubeconfig), *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if check and done.returncode:
        raise RuntimeError(f"kubectl {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def _free_ports(count: int) -> Sequence[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
