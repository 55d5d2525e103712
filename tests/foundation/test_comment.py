"""make comment: one comment under each change, and the same one every time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.foundation.forge import TOKEN, Forge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


#: The first line of a page of `scalewright ci`, and that of a project that is one of several in its repository.
MARKER, OTHER = "<!-- scalewright ci -->", "<!-- scalewright ci-services/mail -->"


@pytest.fixture
def forge() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


def variables(kind: str, url: str) -> dict[str, str]:
    if kind == "github":
        return {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_TOKEN": TOKEN, "PULL_REQUEST": "7"}
    merge_request = {"CI_MERGE_REQUEST_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "7"}
    return {"GITLAB_CI": "true", "CI_API_V4_URL": url, "GITLAB_TOKEN": TOKEN, **merge_request}


def comment(
    root: Path, folder: Path, text: str, environment: dict[str, str], *, status: int = 0, marker: str = MARKER
) -> str:
    """Write a page under the change, and return what is said of it."""
    page = folder / "report.md"
    page.write_text(f"{marker}\n{text}" if marker else text)
    done = subprocess.run(
        [sys.executable, "-I", root / "scripts/comment.py", page],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout + done.stderr


forges = pytest.mark.parametrize("kind", ["github", "gitlab"])


@forges
def test_the_first_run_writes_a_comment_and_the_next_ones_change_it(
    root: Path, tmp_path: Path, forge: Forge, kind: str
) -> None:
    forge.add("Looks good", by="ada")
    assert comment(root, tmp_path, "one", variables(kind, forge.url)) == "comment: written\n"
    assert comment(root, tmp_path, "two\n", variables(kind, forge.url)) == "comment: updated\n"
    assert [one["body"].splitlines()[-1] for one in forge.comments] == ["Looks good", "two"]


@forges
def test_each_project_of_a_repository_has_a_comment_of_its_own(
    root: Path, tmp_path: Path, forge: Forge, kind: str
) -> None:
    given = variables(kind, forge.url)
    for marker in (MARKER, OTHER):
        assert comment(root, tmp_path, "one", given, marker=marker) == "comment: written\n"
    for marker in (OTHER, MARKER):
        assert comment(root, tmp_path, "two", given, marker=marker) == "comment: updated\n"
    assert [one["body"] for one in forge.comments] == [f"{MARKER}\ntwo", f"{OTHER}\ntwo"]


@pytest.mark.parametrize("text", ["one", "<!-- scalewright ci --> one", "<!-- scalewright ci a b -->\n", ""])
def test_what_is_no_page_of_ours_is_not_sent(root: Path, tmp_path: Path, forge: Forge, text: str) -> None:
    said = comment(root, tmp_path, text, variables("github", forge.url), status=2, marker="")
    assert "takes one argument, a page of `scalewright ci`: make ci-report makes it" in said
    assert forge.asked == []


@forges
def test_ours_is_found_behind_as_many_comments_as_there_are(
    root: Path, tmp_path: Path, forge: Forge, kind: str
) -> None:
    for number in range(150):
        forge.add(f"comment {number}", by="ada")
    comment(root, tmp_path, "one", variables(kind, forge.url))
    forge.add("the last word", by="bob")
    assert comment(root, tmp_path, "two", variables(kind, forge.url)) == "comment: updated\n"
    assert len(forge.comments) == 152


@forges
def test_what_a_person_copied_from_ours_stays_as_it_is(root: Path, tmp_path: Path, forge: Forge, kind: str) -> None:
    comment(root, tmp_path, "one", variables(kind, forge.url))
    copied = forge.comments.pop()["body"]
    forge.add(copied, by="mallory")
    assert comment(root, tmp_path, "two", variables(kind, forge.url)) == "comment: written\n"
    assert forge.comments[0]["body"] == copied


@forges
def test_without_a_token_nothing_is_sent(root: Path, tmp_path: Path, forge: Forge, kind: str) -> None:
    given = {name: value for name, value in variables(kind, forge.url).items() if not name.endswith("_TOKEN")}
    assert "so nothing is written" in comment(root, tmp_path, "one", given)
    assert forge.asked == []


@forges
def test_a_refusal_is_told_in_the_forge_s_words(root: Path, tmp_path: Path, forge: Forge, kind: str) -> None:
    forge.refuses = 403
    said = comment(root, tmp_path, "one", variables(kind, forge.url), status=1)
    assert "403" in said
    assert "Resource not accessible by integration" in said
    assert len(said.splitlines()) == 1


def test_the_token_follows_no_redirection(root: Path, tmp_path: Path, forge: Forge) -> None:
    other = Forge()
    forge.elsewhere = f"{other.url}/repos/acme/shop/issues/7/comments?per_page=100&page=1"
    said = comment(root, tmp_path, "one", variables("github", forge.url), status=1)
    other.close()
    assert "307" in said
    assert other.asked == []


def test_the_token_is_sent_over_tls_alone(root: Path, tmp_path: Path) -> None:
    said = comment(root, tmp_path, "one", variables("github", "http://code.example.com"), status=1)
    assert "is not https://" in said


def test_a_page_that_no_forge_takes_is_not_sent(root: Path, tmp_path: Path, forge: Forge) -> None:
    said = comment(root, tmp_path, "x" * 65_536, variables("github", forge.url), status=1)
    assert "has 65560 characters" in said
    assert forge.asked == []


def test_a_run_of_no_pull_request_is_told_what_it_lacks(root: Path, tmp_path: Path, forge: Forge) -> None:
    given = variables("github", forge.url)
    del given["PULL_REQUEST"]
    assert "PULL_REQUEST is not set" in comment(root, tmp_path, "one", given, status=1)


def test_without_a_page_it_says_what_makes_one(root: Path) -> None:
    command = [sys.executable, root / "scripts/comment.py", "build/nothing.md"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "make ci-report" in done.stderr
