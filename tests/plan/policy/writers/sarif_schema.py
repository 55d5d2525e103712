"""What SARIF 2.1.0 demands of the parts that we write, section by section of the standard."""

from __future__ import annotations

from typing import Any


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = _object(["text"], text=_TEXT)  # 3.11
_PLACE = _object(  # 3.29 and 3.30
    ["artifactLocation", "region"],
    artifactLocation=_object(["uri"], uri={"type": "string", "pattern": r"^[A-Za-z0-9%._~:/-]+$"}),
    region=_object(["startLine"], startLine={"type": "integer", "minimum": 1}),
)
_LOGICAL = _object(["name", "fullyQualifiedName", "kind"], name=_TEXT, fullyQualifiedName=_TEXT, kind=_TEXT)  # 3.33
_RULE = _object(  # 3.49
    ["id", "shortDescription"],
    id=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    helpUri={"type": "string", "pattern": "^https://"},
    properties={"type": "object", "properties": {"tags": {"type": "array", "items": _TEXT, "uniqueItems": True}}},
)
_RESULT = _object(  # 3.27
    ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations={
        "type": "array",
        "minItems": 1,  # GitHub refuses a result without one
        "items": _object(
            ["physicalLocation"], physicalLocation=_PLACE, logicalLocations={"type": "array", "items": _LOGICAL}
        ),
    },
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    suppressions={  # 3.35
        "type": "array",
        "items": _object(
            ["kind"],
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=_TEXT,
        ),
    },
)
_NOTIFICATION = _object(["level", "message"], level={"enum": ["none", "note", "warning", "error"]}, message=_MESSAGE)
_RUN = _object(  # 3.14
    ["tool", "results", "columnKind", "invocations"],
    tool=_object(
        ["driver"],
        driver=_object(
            ["name", "rules"],
            name=_TEXT,
            semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
            rules={"type": "array", "items": _RULE, "uniqueItems": True},
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations={
        "type": "array",
        "items": _object(
            ["executionSuccessful"],
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications={"type": "array", "items": _NOTIFICATION},
        ),
    },
    results={"type": "array", "items": _RESULT},
)
SCHEMA = _object(
    ["version", "runs", "$schema"],
    version={"const": "2.1.0"},
    runs={"type": "array", "items": _RUN},
    **{"$schema": {"type": "string", "pattern": "sarif-schema-2.1.0.json$"}},
)
