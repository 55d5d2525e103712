"""Events as Pulumi's engine tells them, in the shape of sdk/go/common/apitype/events.go."""

from __future__ import annotations

from typing import Any

from pulumi.automation.events import EngineEvent

PARENT = "urn:pulumi:dev::scalewright::scalewright:index:Backend$scalewright:index:Service$"
ORDERS = f"{PARENT}kubernetes:apps/v1:Deployment::orders"


def before(op: str, urn: str = ORDERS, **more: Any) -> EngineEvent:
    """Tell that a step begins."""
    return _step("resourcePreEvent", op, urn, more)


def after(op: str, urn: str = ORDERS, **more: Any) -> EngineEvent:
    """Tell that a step has come to its end."""
    return _step("resOutputsEvent", op, urn, more)


def failed(op: str, urn: str = ORDERS, **more: Any) -> EngineEvent:
    """Tell that a step failed."""
    return _step("resOpFailedEvent", op, urn, more)


def said(message: str, severity: str = "info", urn: str = "", *, ephemeral: bool = False) -> EngineEvent:
    """Tell what a provider or the program says."""
    told = {"message": message, "color": "never", "severity": severity, "urn": urn, "ephemeral": ephemeral}
    return EngineEvent.from_json({"diagnosticEvent": told})


def _step(kind: str, op: str, urn: str, more: dict[str, Any]) -> EngineEvent:
    type_ = urn.split("::")[2].rpartition("$")[2]
    custom = not type_.startswith("scalewright:")
    states = {
        side: {"type": type_, "urn": urn, "custom": custom, **more.pop(side, {})}
        for side in ("old", "new")
        if side in more or side == "new"
    }
    return EngineEvent.from_json({kind: {"metadata": {"op": op, "urn": urn, "type": type_, **states, **more}}})
