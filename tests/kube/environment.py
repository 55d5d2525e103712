"""The environment `dev` of a project of its own, on a cluster that other tests use as well."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.cli.command import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kube.conftest import Kubectl

#: What the cluster itself makes in every namespace, a moment later.
BY_ITSELF = ("default", "kube-root-ca.crt")


class Environment:
    """The environment `dev` of a project of its own, whose backend has a name of its own, on a cluster."""

    def __init__(self, folder: Path, name: str, cluster: Kubectl, kubeconfig: Path) -> None:
        self.folder = folder
        self.name = name
        self.namespace = f"{name}-dev"
        self.cluster = cluster
        self.kubeconfig = kubeconfig
        self._made: list[tuple[str, ...]] = [("namespace", self.namespace)]
        shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
        self.edit("backend.py", 'name="shop"', f'name="{name}"')

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / "stacks" / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def add(self, program: str) -> None:
        """Add lines to the end of the program."""
        with (self.folder / "stacks" / "__main__.py").open("a") as file:
            file.write(program)

    def preflight(self, *options: str, status: int = 0, kubeconfig: Path | None = None) -> list[str]:
        """Return the lines that it tells: of what stands against it, else of what it saw."""
        done = run(
            "preflight", "dev", *options, cwd=self.folder, status=status, KUBECONFIG=str(kubeconfig or self.kubeconfig)
        )
        return [line.removeprefix("scalewright: ") for line in (done.stderr if status else done.stdout).splitlines()]

    def make_namespace(self, **labels: str) -> None:
        """Make its namespace beforehand; without labels, with those that make it ours."""
        ours = {"managed-by": "scalewright", "name": self.namespace, "part-of": self.name}
        labels = labels or {f"app.kubernetes.io/{name}": value for name, value in ours.items()}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": labels}})

    def apply(self, manifest: dict[str, Any]) -> None:
        self.cluster("apply", "--server-side", "-f", "-", text=json.dumps(manifest))

    def render_and_apply(self) -> None:
        run("render", "dev", "-o", "out", cwd=self.folder)
        shutil.move(self.folder / "out" / "REFERENCES.md", self.folder)
        self.cluster("apply", "--server-side", "-f", str(self.folder / "out"))

    def account(self, *rights: str) -> Path:
        """Make an account that may do no more than read; returns a kubeconfig of it."""
        self.cluster("create", "serviceaccount", self.name, "-n", "default")
        self._made.append(("serviceaccount", self.name, "-n", "default"))
        account = f"--serviceaccount=default:{self.name}"
        for number, right in enumerate(rights):
            self.cluster("create", "clusterrole", f"{self.name}-{number}", *right.split())
            self.cluster(
                "create", "clusterrolebinding", f"{self.name}-{number}", f"--clusterrole={self.name}-{number}", account
            )
            self._made += [(kind, f"{self.name}-{number}") for kind in ("clusterrole", "clusterrolebinding")]
        token = self.cluster("create", "token", self.name, "-n", "default").stdout.strip()
        content = json.loads(self.cluster("config", "view", "--raw", "-o", "json").stdout)
        for user in content["users"]:
            user["user"] = {"token": token}
        path = self.folder / "account"
        path.write_text(json.dumps(content))
        return path

    def forget(self) -> None:
        """Delete what was made for it, and do not wait for that."""
        for one in self._made:
            self.cluster("delete", *one, "--ignore-not-found", "--wait=false")

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """See that nothing was made or changed meanwhile."""
        before = self._state()
        yield
        assert self._state() == before

    def _state(self) -> list[tuple[str, str, Any]]:
        """Return whether its namespace is there, and all that somebody made in it."""
        kinds = (
            "deployments,statefulsets,jobs,services,configmaps,serviceaccounts,networkpolicies,resourcequotas,secrets"
        )
        found = self.cluster("get", "namespace", self.namespace, "--ignore-not-found", "-o", "name").stdout
        items = json.loads(self.cluster("get", kinds, "-n", self.namespace, "-o", "json").stdout)["items"]
        made = [(one["kind"], one["metadata"]["name"], one["metadata"].get("generation")) for one in items]
        return [("Namespace", found, None), *(one for one in made if one[1] not in BY_ITSELF)]
