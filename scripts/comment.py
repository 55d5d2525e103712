"""Puts a page of Markdown under the change that a run of continuous integration is about: once, then always in place.

    python3 scripts/comment.py FILE

Needs nothing but Python. The forge tells the rest by its own variables:

- GitHub: GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_TOKEN with `pull-requests: write`, and PULL_REQUEST, the number.
- GitLab: CI_API_V4_URL, CI_MERGE_REQUEST_PROJECT_ID, CI_MERGE_REQUEST_IID, and GITLAB_TOKEN, a project's access token
  with the scope `api`; CI_JOB_TOKEN may not write comments.

Ours is the comment that begins as the page does, with a marker, and was written by the one who writes now: on GitHub a
bot, whatever a person may quote. Without a token, as in the run of a fork, nothing is sent, and a line says so.

Exit status 0: it is there, or there is no token. 1: the forge refused it, and the last line says why.
2: wrong arguments.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What `scalewright ci --markdown` begins with; with a folder where the project is not all of its repository.
MARKER = re.compile(r"<!-- scalewright ci(-[A-Za-z0-9/._-]+)? -->(?=\n)")
#: Characters that GitHub takes of a comment; GitLab takes a million.
MOST = 65_536
#: Comments asked for at once, the most that both forges give; and pages of them until we give up looking.
PAGE, PAGES = 100, 50
#: Seconds for one answer.
PATIENCE = 30


class RefusedError(Exception):
    """What the forge said, in words."""


class _NoRedirect(HTTPRedirectHandler):
    """A redirection is an error: the token would go along, to wherever it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


class Thread(NamedTuple):
    """Where the comments of a change are kept: all of them, one of them, how a change of one is sent, and as whom."""

    comments: str
    comment: str
    method: str
    headers: dict[str, str]
    ours: str | None

    def is_ours(self, comment: Mapping[str, Any], marker: str) -> bool:
        """Return whether a comment is the one to be updated."""
        if not (comment["body"] or "").startswith(marker):
            return False
        if self.ours is None:
            return bool((comment["user"] or {}).get("type") == "Bot")
        return bool(comment["author"]["username"] == self.ours)


def request(method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """Ask the forge. Raises RefusedError with its own words, and never shows a header: one of them is the token."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise RefusedError(f"{url} is not https://, and would tell the token to whoever listens")
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "scalewright", **headers}
    try:
        with _OPENER.open(Request(url, data, headers, method=method), timeout=PATIENCE) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")
    except HTTPError as error:
        with error:
            raise RefusedError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')[:300]}") from error
    except OSError as error:
        raise RefusedError(f"{method} {url}: {error}") from error


def github(environment: Mapping[str, str]) -> Thread:
    """Return where a pull request's comments are; its conversation is an issue's."""
    base = f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}/issues"
    headers = {"Authorization": f"Bearer {environment['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    number = int(environment["PULL_REQUEST"])
    return Thread(f"{base}/{number}/comments", f"{base}/comments/{{id}}", "PATCH", headers, None)


def gitlab(environment: Mapping[str, str]) -> Thread:
    """Return where a merge request's comments are, and who we are."""
    api, headers = environment["CI_API_V4_URL"], {"PRIVATE-TOKEN": environment["GITLAB_TOKEN"]}
    project = quote(environment["CI_MERGE_REQUEST_PROJECT_ID"], safe="")
    notes = f"{api}/projects/{project}/merge_requests/{int(environment['CI_MERGE_REQUEST_IID'])}/notes"
    return Thread(notes, f"{notes}/{{id}}", "PUT", headers, request("GET", f"{api}/user", headers)["username"])


def pages(thread: Thread) -> Iterator[list[dict[str, Any]]]:
    """Yield the comments, oldest first, a page at a time."""
    for number in range(1, PAGES + 1):
        page = request("GET", f"{thread.comments}?per_page={PAGE}&page={number}", thread.headers)
        yield page
        if len(page) < PAGE:
            return


def put(thread: Thread, text: str) -> str:
    """Update the comment that begins with the same line, or write the first one; returns which of both it was."""
    body, marker = {"body": text}, text.partition("\n")[0]
    ours = next((one for page in pages(thread) for one in page if thread.is_ours(one, marker)), None)
    if ours is None:
        request("POST", thread.comments, thread.headers, body)
        return "written"
    request(thread.method, thread.comment.format(id=int(ours["id"])), thread.headers, body)
    return "updated"


def page(arguments: list[str]) -> str | None:
    """Return what is to be put there; None where that is no page of ours."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        return None
    text = Path(arguments[0]).read_text(encoding="utf-8")
    return text if MARKER.match(text) else None


def main(arguments: list[str]) -> int:
    """Put the page there; returns the exit status."""
    text = page(arguments)
    if text is None:
        print("comment: takes one argument, a page of `scalewright ci`: make ci-report makes it", file=sys.stderr)
        return 2
    if len(text) >= MOST:
        print(f"comment: {arguments[0]} has {len(text)} characters; at most {MOST} are taken", file=sys.stderr)
        return 1
    forge, token = (gitlab, "GITLAB_TOKEN") if os.environ.get("GITLAB_CI") else (github, "GITHUB_TOKEN")
    if not os.environ.get(token):
        print(f"comment: there is no {token} here, so nothing is written; the page is {arguments[0]}")
        return 0
    try:
        print(f"comment: {put(forge(os.environ), text)}")
    except KeyError as error:
        print(f"comment: {error.args[0]} is not set; run this for a pull or merge request", file=sys.stderr)
        return 1
    except (RefusedError, ValueError) as error:
        print(f"comment: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
