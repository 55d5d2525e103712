"""`scalewright graph` as a user runs it: on any platform, without Pulumi, and every trouble in one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.cli.command import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENTS = ["dev", "local", "prod", "staging"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_prints_mermaid_of_every_environment_unless_told_otherwise(environment: str) -> None:
    done = run("graph", environment)
    assert done.stdout.startswith(f"flowchart LR\n    accTitle: shop in {environment}\n")
    assert done.stderr == ""
    assert run("graph", environment, "--format", "mermaid").stdout == done.stdout


def test_it_means_the_local_environment_unless_told_otherwise() -> None:
    assert run("graph").stdout == run("graph", "local").stdout


def test_each_format_is_printed_and_the_same_is_written_to_a_file_by_its_ending(tmp_path: Path) -> None:
    for form, endings in {"mermaid": (".mmd", ".mermaid"), "markdown": (".md",), "svg": (".svg", ".SVG")}.items():
        printed = run("graph", "prod", "--format", form).stdout
        for ending in endings:
            file = tmp_path / f"prod{ending}"
            assert run("graph", "prod", "-o", str(file)).stdout == f"prod: {file}\n"
            assert file.read_bytes().decode() == printed
    assert (tmp_path / "prod.md").read_text().startswith("```mermaid\nflowchart LR\n")
    assert ET.parse(tmp_path / "prod.svg").getroot().tag.endswith("svg")  # noqa: S314 - written here


def test_a_file_of_another_ending_is_written_where_the_format_is_said(tmp_path: Path) -> None:
    run("graph", "prod", "--format", "svg", "-o", str(tmp_path / "picture"))
    assert (tmp_path / "picture").read_text().startswith("<svg ")
    assert [path.name for path in tmp_path.iterdir()] == ["picture"]


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here.svg").symlink_to("there/picture.svg")
    run("graph", "dev", "-o", "here.svg", cwd=tmp_path_with_stacks(tmp_path))
    assert (tmp_path / "here.svg").is_symlink()
    assert (tmp_path / "there" / "picture.svg").read_text().startswith("<svg ")


def tmp_path_with_stacks(folder: Path) -> Path:
    (folder / "stacks").mkdir()
    for path in (ROOT / "stacks").iterdir():
        if path.is_file():
            shutil.copy(path, folder / "stacks")
    return folder


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.svg"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        run("graph", "dev", "-o", str(pipe))
        assert reader.stdout is not None
        assert reader.stdout.read().startswith("<svg ")
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("-o", "{}/x.png"),
            "{}/x.png must end in .mmd, .mermaid, .md, .svg. Rename it, or say what it is with --format",
        ),
        (("-o", "{}/x"), "{}/x must end in .mmd, .mermaid, .md, .svg. Rename it, or say what it is with --format"),
        (
            ("-o", "{}/x.md", "--format", "svg"),
            "{}/x.md ends like a file of markdown, and --format is svg. Take one of the two",
        ),
        (
            ("-o", "{}/none/x.svg"),
            "{}/none/x.svg cannot be written: No such file or directory. "
            "Name a file that you may write to with --output",
        ),
        (
            ("-o", "{}/mine/x.svg"),
            "{}/mine/x.svg cannot be written: Not a directory. Name a file that you may write to with --output",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "mine").write_text("mine")
    done = run("graph", "prod", *(one.format(tmp_path) for one in arguments), status=1)
    assert done.stderr == f"scalewright: {told.format(tmp_path)}\n"
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_and_an_unknown_format_are_refused(tmp_path: Path) -> None:
    assert "is a directory" in run("graph", "prod", "-o", str(tmp_path), status=2).stderr
    assert "'png' is not one of 'mermaid', 'markdown', 'svg'" in run("graph", "--format", "png", status=2).stderr


def test_a_file_that_one_may_not_write_is_one_clear_line_and_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "x.svg").write_text("mine")
    folder.chmod(0o555)
    ordinary: tuple[str, ...] = ()
    if os.geteuid() == 0:  # who may write everywhere
        ordinary = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
        if shutil.which("unshare") is None or subprocess.run([*ordinary, "true"], check=False).returncode:
            pytest.skip("root may write everywhere, and cannot be somebody else here")
    assert run("graph", "prod", "-o", str(folder / "x.svg"), status=1, before=ordinary).stderr == (
        f"scalewright: {folder / 'x.svg'} cannot be written: Permission denied. "
        "Name a file that you may write to with --output\n"
    )
    assert (folder / "x.svg").read_text() == "mine"


def test_an_unknown_environment_is_answered_with_those_there_are(tmp_path: Path) -> None:
    told = run("graph", "produ", "-o", str(tmp_path / "x.svg"), status=2).stderr
    assert told.splitlines() == [
        "stacks/Pulumi.produ.yaml: the file is missing; the environments are dev, local, prod, staging. "
        "Did you mean prod?"
    ]
    assert not (tmp_path / "x.svg").exists()


def test_more_than_mermaid_draws_is_told_and_svg_draws_it(tmp_path: Path) -> None:
    project = tmp_path_with_stacks(tmp_path)
    service = {"app": "a:b", "uses": ["postgres", "redis"], "scale": {"max": 2}}
    services = {f"s-{number}": {**service, "routes": [f"/{number}"]} for number in range(200)}
    backend = {"platform": "kubernetes", "image": "shop:1", "postgres": {"max_connections": 9000}, "services": services}
    (project / "stacks" / "Pulumi.many.yaml").write_text(json.dumps({"config": {"scalewright:backend": backend}}))
    assert run("graph", "many", cwd=project).stderr == (
        "scalewright: that is more than Mermaid draws on most pages. Use --format svg\n"
    )
    done = run("graph", "many", "--format", "svg", cwd=project)
    assert done.stderr == ""
    assert done.stdout.count("data-name=") > 200


def test_it_does_without_the_extras() -> None:
    missing = ("pulumi", "pulumi_kubernetes", "kubernetes", "yaml", "psutil", "psycopg", "redis", "supervisor")
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({missing!r}))\n"
        "from scalewright.cli.main import main; sys.argv = ['scalewright', 'graph', 'prod', '--format', 'svg']; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<svg ")
