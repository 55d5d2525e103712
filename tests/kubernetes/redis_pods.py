"""The pods of a Redis, their containers as processes of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from tests import redis_tls

from scalewright.evaluation import evaluate
from scalewright.kubernetes.redis import Redis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.redis_tls import Certificate

PASSWORD = "Secret0123456789"


def rendered(**settings: Any) -> dict[str, dict[str, Any]]:
    """Return the inputs of the objects of a Redis, by kind; of Services the last."""
    resources = evaluate(lambda: [Redis("redis", {"namespace": "shop", **settings})][:0] and None, "test", "test")
    return {one.inputs["kind"]: one.inputs for one in resources if one.type.startswith("kubernetes:")}


@dataclass
class Pod:
    """The containers of one pod as processes, at a loopback address of their own."""

    folder: Path
    address: str
    port: int
    sentinel_port: int
    objects: dict[str, dict[str, Any]]
    peers: list[str]
    tls: Certificate | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        configuration, state = self.folder / "configuration", self.folder / "state"
        shutil.rmtree(configuration, ignore_errors=True)
        configuration.mkdir(parents=True)
        state.mkdir(exist_ok=True)
        for name, text in self.objects["ConfigMap"]["data"].items():
            (configuration / name).write_text(self._here(text, state))
        (self.folder / "password").write_text(PASSWORD)
        for container in self.objects["StatefulSet"]["spec"]["template"]["spec"]["containers"]:
            script = Path(container["command"][1]).name
            with (self.folder / f"{container['name']}.log").open("ab") as log:
                self.running[container["name"]] = subprocess.Popen(
                    ["sh", str(configuration / script)], env=self.environment(container), stdout=log, stderr=log
                )

    def _here(self, text: str, state: Path) -> str:
        """Return a configuration with the ports and addresses of this machine."""
        for there, here in (
            ("bind * -::*\n", f"bind {self.address}\n"),
            ("port 6379\n", f"port {self.port}\n"),
            ("port 26379\n", f"port {self.sentinel_port}\nbind {self.address}\n"),
            ("dir /data\n", f"dir {state}\n"),
            ("dir /run/valkey\n", f"dir {state}\n"),
            ("dir /tmp\n", f"dir {self.folder}\n"),
            *self._here_with_tls(),
        ):
            text = text.replace(there, here)
        return text

    def _here_with_tls(self) -> Iterator[tuple[str, str]]:
        if self.tls:
            yield "/run/secrets/scalewright/tls_certificate\n", f"{self.tls.certificate}\n"
            yield "/run/secrets/scalewright/tls_key\n", f"{self.tls.key}\n"
            yield "/run/secrets/scalewright/tls_ca\n", f"{self.tls.authority}\n"
            if not redis_tls.knows_reload(redis_tls.server()):
                yield "tls-auto-reload-interval 3600\n", ""

    def environment(self, container: dict[str, Any]) -> dict[str, str]:
        told = {one["name"]: one.get("value", "") for one in container["env"]}
        if "SENTINELS" in told:
            told |= {"ADDRESS": self.address, "FIRST": self.peers[0], "SENTINELS": " ".join(self.peers)}
        return {
            **told,
            "CONFIGURATION": str(self.folder / "configuration"),
            "STATE": str(self.folder / "state"),
            "PORT": str(self.port),
            "SENTINEL_PORT": str(self.sentinel_port),
            "REDIS_PASSWORD_FILE": str(self.folder / "password"),
            **({"TLS_CA_FILE": str(self.tls.authority)} if self.tls else {}),
            "PATH": f"{self.folder.parent / 'bin'}:{os.environ['PATH']}",
        }

    def run(self, script: str, *arguments: str) -> int:
        """Run a script of the first container, and return its status."""
        (container, *_) = self.objects["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        command = ["sh", str(self.folder / "configuration" / script), *arguments]
        return subprocess.run(command, env=self.environment(container), check=False, timeout=60).returncode

    def command(self, *words: str, port: int | None = None) -> Any:
        with self.client(port or self.port) as client:
            return client.execute_command(*words)

    def client(self, port: int) -> redis.Redis:
        tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.tls.authority)} if self.tls else {}
        return redis.Redis(self.address, port, password=PASSWORD, decode_responses=True, **tls)

    @property
    def role(self) -> str:
        return str(self.command("ROLE")[0])

    @property
    def settled(self) -> bool:
        """Whether its sentinel knows two replicas that can take over, and both of the others."""
        with self.client(self.sentinel_port) as client:
            state = client.sentinel_master("mymaster")
        return (state["num-slaves"], state["num-other-sentinels"], state["flags"]) == (2, 2, "master")

    def stop(self, *, kill: bool = False) -> None:
        for process in self.running.values():
            process.kill() if kill else process.terminate()
        for process in self.running.values():
            process.wait(30)
        self.running.clear()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
