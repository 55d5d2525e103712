"""A stand-in for the engine of Pulumi: the SDK talks to it over gRPC, and it only takes down what it hears."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STACK = "pulumi:pulumi:Stack"
#: What Pulumi's language host does with a program.
HOST = """
import asyncio, runpy, sys
from pulumi import RunError
from pulumi.runtime import Settings, configure, run_in_stack
address, stack, program = sys.argv[1:]
configure(Settings(project="scalewright", stack=stack, monitor=address, engine=address, dry_run=True))
try:
    asyncio.run(run_in_stack(lambda: [runpy.run_path(program, run_name="__main__"), None][1]))
except RunError as error:
    sys.exit(str(error))
"""


@dataclass
class Engine(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Answers with the inputs, as the engine does in a preview."""

    registered: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    root: str = ""

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name of the call
        return resource_pb2.DeploymentInfo()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def SupportsFeature(self, request: Any, context: Any) -> Any:  # noqa: N802
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.registered.append(request.type)
        urn = f"urn:pulumi:dev::scalewright::{request.type}::{request.name}"
        return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        if request.severity != engine_pb2.DEBUG:
            self.logged.append(request.message)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        return engine_pb2.GetRootResourceResponse(urn=self.root)

    def SetRootResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.root = request.urn
        return engine_pb2.SetRootResourceResponse()


@dataclass
class Run:
    """What came of a program."""

    status: int
    said: str
    engine: Engine


def run(program: Path, stack: str, config: dict[str, str] | None = None, **environment: str) -> Run:
    """Run a program in a process of its own, as Pulumi's language host does for a preview."""
    engine = Engine()
    with served(engine) as address:
        done = subprocess.run(
            [sys.executable, "-c", HOST, address, stack, str(program)],
            env={**os.environ, "PULUMI_CONFIG": json.dumps(config or {}), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return Run(done.returncode, done.stderr.strip(), engine)


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """Yield the address of a stand-in for the engine."""
    server = grpc.server(ThreadPoolExecutor(8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
