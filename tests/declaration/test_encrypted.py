"""Secrets in a stack file: only encrypted ones are taken, and what is refused is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scalewright.declaration.encrypted import keys, problems

if TYPE_CHECKING:
    from conftest import Project

SEALED = {"secure": "v1:AAAB"}
COMMAND = '`pulumi config set --secret --path \'scalewright:secrets["mail"]["password"]\'`'
REFUSED: dict[str, tuple[Any, str]] = {
    "plain text": (
        {"mail": {"user": SEALED, "password": "hunter2"}},
        f"mail.password: it must be encrypted, for whoever reads the file reads it. Choose another secret, and write "
        f"{COMMAND}",
    ),
    "an empty value": ({"mail": {"password": None}}, "mail.password: it must be encrypted"),
    "all of them as one": (SEALED, "it must be a mapping of Secrets, of which only the values are encrypted"),
    "text": ("hunter2", "it must be a mapping of Secrets"),
    "a Secret as one": ({"mail": SEALED}, "mail: it must be a mapping of its keys, of which only the values"),
    "a Secret without keys": ({"mail": {}}, "mail: it must be a mapping of its keys"),
    "a name that no Secret can have": ({"My_Mail": {"a": SEALED}}, "My_Mail: it must be the name of a Kubernetes obj"),
    "a key that no Secret can have": (
        {"mail": {"pass word": SEALED}},
        "mail['pass word']: it must be the key of a Kub",
    ),
}


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_encrypted_value_by_value_is_refused_and_not_shown(value: Any, message: str) -> None:
    [problem] = problems(value)
    assert str(problem).startswith(message)
    assert "hunter2" not in f"{problem} {problem.value}"


def test_what_is_encrypted_value_by_value_is_known_by_its_names() -> None:
    value = {"mail": {"password": SEALED, "user": SEALED}, "kafka": {"ca.crt": SEALED}}
    assert list(problems(value)) == list(problems(None)) == []
    assert keys(value) == {"mail": ["password", "user"], "kafka": ["ca.crt"]}
    assert keys(None) == {}


def test_a_secret_in_plain_text_is_told_by_line_and_column(project: Project) -> None:
    project.stack(
        """\
        config:
          scalewright:backend: {platform: kubernetes, image: "shop:1@sha256:%s"}
          scalewright:secrets:
            mail: {password: hunter2}
        """
        % ("0" * 64),
        "test",
    )
    [mistake] = project.mistakes("test")
    assert mistake.startswith(
        "stacks/Pulumi.test.yaml:4:12: config.scalewright:secrets.mail.password is '***'; it must"
    )
