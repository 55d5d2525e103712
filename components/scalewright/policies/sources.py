"""The files in which an environment is written, judged by rules of their own: what is secret is not in them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from scalewright.declaration.document import read
from scalewright.declaration.environment import FOLDER, PREFIX, SUFFIX
from scalewright.declaration.problem import dotted
from scalewright.plan.policy.rule import Example, Rule, Standard, Violation
from scalewright.plan.policy.secrets import suspicious
from scalewright.plan.policy.subject import Source, Subject, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scalewright.plan.policy.rule import Settings


def subjects(project: Path, environment: str) -> Iterator[Subject]:
    """Yield the files of an environment: its stack file, then the programs of all environments. Raises Mistakes."""
    name = f"{FOLDER}/{PREFIX}{environment}{SUFFIX}"
    if (project / name).is_file():
        document = read(project / name, name)
        lines = {dotted(path): line for path, (line, _) in document.positions.items()}
        yield _subject("StackFile", name, mapping(document.data).get("config"), lines)
    for file in sorted((project / FOLDER).glob("*.py")):
        found = list(_literals(file.read_bytes()))
        texts = [{"name": one, "value": text} for one, text, _ in found]
        lines = {f"config[{index}].value": line for index, (_, _, line) in enumerate(found)}
        yield _subject("Program", f"{FOLDER}/{file.name}", texts, lines)


def _subject(kind: str, name: str, config: Any, lines: dict[str, int]) -> Subject:
    manifest = {"apiVersion": "scalewright/v1", "kind": kind, "metadata": {"name": name}, "config": config}
    return Subject(manifest, source=Source(file=name, lines=lines))


def _literals(source: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield the texts of a program that have a name, and their lines; what is no Python is others' to tell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        for name, value in _named(node):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield name, value.value, value.lineno


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.keyword(arg=str() as name, value=value):
            yield name, value
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value


def _plaintext(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    for path, name, value in _texts(subject.manifest.get("config"), ("config",), ""):
        if reason := suspicious(name, value):
            yield Violation(subject, f"{name or 'a text'} looks like a secret in plain text: {reason}", dotted(path))


def _texts(value: Any, path: tuple[str | int, ...], name: str) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield every text with its path and its name; what Pulumi has encrypted is left out."""
    match value:
        case {"secure": str()} if len(value) == 1:
            return
        case {"name": str() as given, "value": str() as text}:
            yield (*path, "value"), given, text
        case dict():
            for key, one in value.items():
                yield from _texts(one, (*path, key), key)
        case list():
            for index, one in enumerate(value):
                yield from _texts(one, (*path, index), name)
        case str():
            yield path, name, value


PLAINTEXT = Rule(
    name="source-plaintext-secret",
    group="security",
    title="No secret stands in plain text in a stack file or a program",
    why="Whoever reads the repository, its history or a copy of it has the secret, for as long as it is in use.",
    severity="critical",
    remedy="Take it out and revoke it. Have `pulumi config set --secret` encrypt its successor, or keep that in a "
    "Secret of the cluster, as External Secrets makes them, and refer to it",
    standards=(
        Standard(
            "OWASP Top 10 CI/CD Security Risks",
            "CICD-SEC-6: Insufficient Credential Hygiene",
            "https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-06-Insufficient-Credential-Hygiene",
        ),
    ),
    examples=Example(
        good="""
apiVersion: scalewright/v1
kind: StackFile
metadata: {name: stacks/Pulumi.prod.yaml}
config:
  shop:token: {secure: v1:Jq2mXkO0Qv3Yx0aP:7sKc0pZQk0m1}
""",
        bad="""
apiVersion: scalewright/v1
kind: StackFile
metadata: {name: stacks/Pulumi.prod.yaml}
config:
  shop:token: ghp_16C7e42F292c6912E7710c838347Ae178B4a
""",
    ),
    of_object=_plaintext,
)

#: Rules over what an environment is written in; packs have those over what it makes.
RULES = (PLAINTEXT,)
