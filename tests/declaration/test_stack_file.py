"""What can be wrong with a stack file as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

MEMORY = Path("/proc/self/mem")
BROKEN = {
    "a colon too many": ("a: b: c\n", ":1:5: the YAML cannot be read: mapping values are not allowed here."),
    "a bracket that stays open": ("config: {a\n", ":2:1: the YAML cannot be read: while parsing a flow mapping, "),
    "a tab": (
        "config:\n\ta:b: 1\n",
        r":2:1: the YAML cannot be read: while scanning for the next token, found character '\t'",
    ),
    "an alias of nothing": ("config: *a\n", ":1:9: the YAML cannot be read: found undefined alias 'a'."),
    "two documents": ("a: 1\n---\nb: 2\n", ":2:1: the YAML cannot be read: expected a single document in the stream"),
    "a control character": ("a: \x01\n", ":1:4: the YAML cannot be read: special characters are not allowed."),
    "bytes that are no text": (
        b"config:\n  \xff\n",
        ":2:3: the file must be text in UTF-8, and its byte 11 (0xff) is not.",
    ),
    "a well without bottom": ("config: " + "[" * 5000, ": the YAML cannot be read: it is nested too deeply."),
    "the same key twice": (
        "config:\n  a:b: 1\n  a:b: 2\n",
        ":3:3: the key 'a:b' must appear only once, and is already in line 2.",
    ),
    "a number for a key": ("config: {1: 2}\n", ":1:10: the key '1' must be text. Put it in quotes."),
    "a list for a key": ("config: {? [a] : 2}\n", ":1:12: the key of this mapping must be text."),
    "a merge key": ("config: {<<: {a:b: 1}}\n", ":1:10: the key '<<' must be text. Write the settings out."),
    "a tag": ("config: !secret {a:b: 1}\n", ":1:9: the tag !secret must not be used. Write plain YAML."),
    "a circle": ("config: {a:b: &x [*x]}\n", ":1:15: an alias must not lead back to what holds it."),
    "aliases that double and double": (
        "a: &a0 [x, x]\n" + "".join(f"b{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 25)),
        ":12:1: the file must hold at most 10000 values, an alias counted as all that it stands for. "
        "Take values out, or use fewer aliases.",
    ),
    "more values than any backend has": (
        "config:\n  a:b:\n" + "  - 1\n" * 10_000,
        ":10000:5: the file must hold at most 10000 values",
    ),
    "a list": ("- a\n", ":1:1: the file is ['a']; it must be a mapping."),
    "text": ("hello\n", ":1:1: the file is 'hello'; it must be a mapping."),
    "a list of settings": ("config: [a]\n", ":1:1: config is ['a']; it must be a mapping."),
    "a number of a backend": (
        "config:\n  scalewright:backend: 3\n",
        ":2:3: scalewright:backend is 3; it must be a mapping.",
    ),
    "an unknown key at the top": (
        "confg: {}\n",
        ":1:1: confg is not a setting; it must be one of config, encryptedkey, encryptionsalt, "
        "environment, secretsprovider. Did you mean config?",
    ),
    "an unknown key of ours": (
        "config: {scalewright:backnd: {}}\n",
        ":1:10: config.scalewright:backnd is not a setting; it must be one of "
        "scalewright:backend, scalewright:preflight, scalewright:secrets. Did you mean scalewright:backend?",
    ),
    "a switch that is none": (
        "config: {scalewright:preflight: 'no'}\n",
        ":1:10: config.scalewright:preflight is 'no'; it must be true or false. Write one of them.",
    ),
    "secrets on one machine": (
        "config: {scalewright:secrets: {mail: {password: {secure: AAAB}}}}\n",
        ":1:10: config.scalewright:secrets is '***'; it must not be set for platform local, where passwords are made",
    ),
    "a key without a namespace": (
        "config: {backend: {}}\n",
        ":1:10: config.backend is not a setting; it must be one of "
        "scalewright:backend, scalewright:preflight, scalewright:secrets. Did you mean scalewright:backend?",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_stack_file_is_told_by_line_and_column(project: Project, content: str | bytes, message: str) -> None:
    project.stack(content)
    assert project.mistake().startswith(f"stacks/Pulumi.local.yaml{message}")


def test_what_belongs_to_others_is_left_alone(project: Project) -> None:
    project.stack("""
        secretsprovider: passphrase
        encryptionsalt: v1:abc
        config: {aws:region: eu-central-1, shop:token: {secure: v1:def}}
    """)
    assert project.load().name == "shop"


def test_a_byte_order_mark_is_no_content(project: Project) -> None:
    project.stack(b"\xef\xbb\xbfconfig: {}\n")
    assert project.load().name == "shop"


def test_a_missing_environment_names_those_there_are_and_the_nearest(project: Project) -> None:
    project.stack("", "prod")
    assert project.mistake("prd") == (
        "stacks/Pulumi.prd.yaml: the file is missing; the environments are local, prod. Did you mean prod?"
    )
    assert project.mistake("qa").endswith("Choose one of them, or create it.")


@pytest.mark.parametrize("name", ["", "../local", "../../etc/passwd", "/etc/passwd", "local\0", "*"])
def test_only_an_environment_that_is_listed_is_opened(project: Project, name: str) -> None:
    assert "the file is missing; the environments are local." in project.mistake(name)


def test_a_project_without_environments_says_so(project: Project) -> None:
    (project.path / "stacks" / "Pulumi.local.yaml").unlink()
    assert project.mistake() == (
        "stacks/Pulumi.local.yaml: the file is missing, and there is no environment yet. Create it, even empty."
    )


def test_a_folder_that_is_no_project_says_so(project: Project) -> None:
    for file in (project.path / "stacks").iterdir():
        file.unlink()
    (project.path / "stacks").rmdir()
    assert project.mistake().startswith("stacks/: the folder is missing. Run this in the folder of a project")


@pytest.mark.skipif(not MEMORY.exists(), reason="only Linux has a file that exists and cannot be read, even by root")
def test_a_file_that_cannot_be_read_says_so(project: Project) -> None:
    file = project.path / "stacks" / "Pulumi.local.yaml"
    file.unlink()
    file.symlink_to(MEMORY)
    assert project.mistake().startswith("stacks/Pulumi.local.yaml: the file cannot be read: Input/output error.")
