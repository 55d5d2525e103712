"""The cluster, asked by Pulumi's program before its first resource: a wrong one ends it with nothing half made.

What is asked about comes from an evaluation of the same program, and one program cannot run within another: the command
does it in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PREFIX = "scalewright: "


def preflight(project: Path, environment: str) -> None:
    """Raise PlatformError, with a sentence for each trouble, where the cluster of Pulumi's provider cannot take it all.

    Nothing is asked where no engine runs the program, where `scalewright:preflight` is false, and where the provider
    asks no cluster either. The provider's settings are those of the stack:
    https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
    """
    if isinstance(get_monitor(), MockMonitor) or pulumi.Config("scalewright").get_bool("preflight") is False:
        return
    provider = pulumi.Config("kubernetes")
    if provider.get("renderYamlToDirectory"):
        return
    if provider.get("cluster"):
        pulumi.log.info("kubernetes:cluster names another cluster than the context does; it is not asked beforehand")
        return
    kubeconfig = provider.get("kubeconfig")
    content = kubeconfig if kubeconfig and _is_content(kubeconfig) else None
    options = list(_options(provider.get("context"), "-" if content else kubeconfig))
    done = subprocess.run(
        [sys.executable, "-m", "scalewright", "-C", str(project), "preflight", *options, "--", environment],
        input=content or "",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(*(line.removeprefix(_PREFIX) for line in done.stderr.splitlines()))
    pulumi.log.info(done.stdout.rstrip())


def _is_content(kubeconfig: str) -> bool:
    """Whether a setting is a kubeconfig itself; the provider takes it or the path of one."""
    return "\n" in kubeconfig or kubeconfig.lstrip().startswith("{")


def _options(context: str | None, kubeconfig: str | None) -> Iterator[str]:
    if context:
        yield from ("--context", context)
    if kubeconfig:
        yield from ("--kubeconfig", kubeconfig)
