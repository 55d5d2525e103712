"""What somebody else may put into a queue."""

import base64
import json
import uuid
from typing import Any


def message(task: str = "orders.process", body: str | None = None, **arguments: Any) -> str:
    """Make a message as Celery does: https://docs.celeryq.dev/en/stable/internals/protocol.html"""
    body = json.dumps([[], arguments, {}]) if body is None else body
    name = str(uuid.uuid4())
    return json.dumps(
        {
            "body": base64.b64encode(body.encode()).decode(),
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {"task": task, "id": name, "root_id": name},
            "properties": {
                "body_encoding": "base64",
                "delivery_info": {"exchange": "", "routing_key": "orders"},
                "delivery_tag": name,
            },
        }
    )


MALFORMED = {
    "no JSON": "\x00garbage",
    "null": "null",
    "no properties": "{}",
    "no such task": message(task="orders.cook"),
    "a body that is no JSON": message(body="garbage"),
    "no arguments": message(),
    "another argument": message(order=1),
    "text for an id": message(order_id="1"),
    "an id beyond the database's": message(order_id=2**63),
    "a list of ids": message(order_id=[1]),
    "true for an id": message(order_id=True),
    "an order that is not there": message(order_id=2**62),
}
