"""Which cluster is meant, as kubectl and Pulumi's provider have it; a kubeconfig that names none is one sentence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.kubernetes.kubeconfigs import TOKEN, kubeconfig

from scalewright.kubernetes.kubeconfig import ClusterError, Kubeconfig, find

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has no kubeconfig."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(*arguments: str | None) -> Kubeconfig:
    chosen = find(*arguments)
    assert chosen is not None
    return chosen


def refused(*arguments: str | None) -> str:
    with pytest.raises(ClusterError) as raised:
        find(*arguments)
    assert TOKEN not in str(raised.value)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_named_file_goes_before_the_variable_and_that_before_the_file_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = written(tmp_path / "home" / ".kube" / "config", kubeconfig("https://c:1", "home"))
    assert (found().context, found().source, found().user) == ("home", str(home), "me")
    monkeypatch.setenv("KUBECONFIG", str(written(tmp_path / "variable", kubeconfig("https://c:1", "variable"))))
    assert found().context == "variable"
    assert found(str(written(tmp_path / "named", kubeconfig("https://c:1", "named")))).context == "named"


def test_of_several_files_the_first_that_says_something_counts_and_those_that_are_not_there_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(tmp_path / "first", kubeconfig("https://c:1", "a", "b", current="b"))
    second = written(tmp_path / "second", kubeconfig("https://c:1", "c"))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, (tmp_path / "absent", first, second))))
    assert found().context == "b"
    assert found(None, "c").context == "c"
    assert found().source == f"{first}{os.pathsep}{second}"


def test_a_pod_without_a_kubeconfig_asks_the_cluster_that_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert find() is None


def test_a_kubeconfig_may_be_given_as_such() -> None:
    chosen = found(None, "b", kubeconfig("https://c:1", "a", "b"))
    assert (chosen.context, chosen.source) == ("b", "the given kubeconfig")


def test_none_at_all_is_told_with_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused() == (
        f"there is no kubeconfig: {tmp_path}/home/.kube/config is not there, and KUBECONFIG is not set. "
        "Have your cluster's tool write one (`kind create cluster` does), or set the variable"
    )
    monkeypatch.setenv("KUBECONFIG", "/a:/b")
    assert refused() == "KUBECONFIG is /a, /b, which is not there. Set it to a kubeconfig that is"
    assert refused("/c") == "kubeconfig /c is not there. Name one that is"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"users: [\n{TOKEN}", "it is no YAML, line 2. Correct it, or name another"),
        ("", "it must hold clusters, contexts, users, each a list with names. Name another"),
        ("contexts: {a: b}", "it must hold clusters, contexts, users, each a list with names. Name another"),
        ("users: [me]", "it must hold clusters, contexts, users, each a list with names. Name another"),
    ],
)
def test_what_is_no_kubeconfig_is_told_without_its_text(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path / "file", text)
    assert refused(str(path)) == f"{path} is no kubeconfig: {told}"
    assert refused(None, None, text) == f"the given kubeconfig is no kubeconfig: {told}"


def test_a_folder_and_a_file_that_is_no_text_are_told(tmp_path: Path) -> None:
    assert refused(str(tmp_path)) == f"kubeconfig {tmp_path} cannot be read: Is a directory. Name another"
    path = tmp_path / "file"
    path.write_bytes(b"\xff\xfe\x00")
    assert refused(str(path)) == f"{path} is no kubeconfig: it is no text. Name another"


def test_an_unknown_context_is_answered_with_the_nearest_and_with_all(tmp_path: Path) -> None:
    path = str(written(tmp_path / "file", kubeconfig("https://c:1", "prod-eu", "staging")))
    assert refused(path, "prd-eu") == (
        f"{path} has no context 'prd-eu'; its contexts are prod-eu, staging. Did you mean prod-eu?"
    )
    assert refused(path, "x").endswith("Name one of them")


def test_a_kubeconfig_without_a_current_context_is_answered_with_those_there_are() -> None:
    text = kubeconfig("https://c:1", "a", "b").replace('"current-context": "a"', '"current-context": ""')
    assert refused(None, None, text) == ("the given kubeconfig has no current context. Name one of its contexts: a, b")


def test_a_context_whose_cluster_or_server_is_none_is_told() -> None:
    text = kubeconfig().replace('"name": "one"', '"name": "two"')
    assert refused(None, None, text) == (
        "context test of the given kubeconfig is of cluster 'one', which is not there; its clusters are two. "
        "Correct the context"
    )
    assert refused(None, None, kubeconfig("127.0.0.1:6443")) == (
        "the server of context test of the given kubeconfig is '127.0.0.1:6443'; "
        "it must be a URL such as https://host:6443. Correct its cluster"
    )
