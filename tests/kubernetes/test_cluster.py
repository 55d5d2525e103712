"""What is said where no cluster answers, or not as one of Kubernetes, each in one sentence that holds no secret."""

from __future__ import annotations

import json
import logging
import socket
import time
from typing import TYPE_CHECKING

import pytest
from tests.kubernetes.kubeconfigs import TOKEN, kubeconfig, serving

from scalewright.kubernetes import cluster
from scalewright.kubernetes.cluster import connect
from scalewright.kubernetes.kubeconfig import ClusterError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = json.dumps({"gitVersion": "v1.34.4"})


def told(text: str) -> str:
    with pytest.raises(ClusterError) as raised:
        connect(content=text)
    assert TOKEN not in str(raised.value)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def free_address() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{one.getsockname()[1]}"


def test_a_cluster_that_is_not_there_is_told_by_context_address_and_reason() -> None:
    address = free_address()
    assert told(kubeconfig(address)) == (
        f"the cluster of context test cannot be reached at {address}: Connection refused. "
        "Start it, connect to its network, or use another context"
    )


def test_one_that_says_nothing_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        begun = time.monotonic()
        assert "it gave no answer within 1 s." in told(kubeconfig(f"https://127.0.0.1:{mute.getsockname()[1]}"))
        assert time.monotonic() - begun < 10


def test_a_name_that_nobody_knows_is_told() -> None:
    assert "its name is not known (" in told(kubeconfig("https://cluster.invalid:6443"))


def test_a_certificate_that_nobody_trusts_is_told(tmp_path: Path) -> None:
    with serving(lambda *_: (200, VERSION), tmp_path) as address:
        trusting = kubeconfig(address)
        assert connect(content=trusting).version == "1.34.4"
        doubting = trusting.replace('"insecure-skip-tls-verify": true', '"insecure-skip-tls-verify": false')
        assert "its certificate is not trusted (self" in told(doubting)


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (200, "[]"), (200, "{}"), (404, "{}"), (503, VERSION)])
def test_what_is_no_api_server_is_told(status: int, body: str) -> None:
    with serving(lambda *_: (status, body)) as address:
        assert told(kubeconfig(address)) == (
            f"what answers at {address} is no API server of Kubernetes (GET /version: {status}). "
            "Correct the server of context test, or use another"
        )


def test_an_api_server_that_does_not_tell_its_version_is_told_in_its_words() -> None:
    status = json.dumps({"kind": "Status", "message": "forbidden: user x cannot get path /version"})
    with serving(lambda *_: (403, status)) as address:
        assert told(kubeconfig(address)) == (
            "the cluster of context test does not tell its version: forbidden: user x cannot get path /version. "
            "Use a context of somebody who may ask"
        )


def test_credentials_that_are_refused_are_told_by_whose_they_are() -> None:
    with serving(lambda *_: (401, "{}")) as address:
        assert told(kubeconfig(address)) == (
            f"the cluster of context test at {address} does not know me (401 Unauthorized). "
            "Log in anew, or use another context"
        )


def test_a_token_and_a_program_that_has_one_are_sent(tmp_path: Path) -> None:
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": TOKEN}}
    file = tmp_path / "credential"
    file.write_text(json.dumps(credential))
    plugin = {"apiVersion": credential["apiVersion"], "command": "cat", "args": [str(file)]}
    with serving(lambda _, sent: (200 if sent == f"Bearer {TOKEN}" else 401, VERSION)) as address:
        assert connect(content=kubeconfig(address)).version == "1.34.4"
        assert connect(content=kubeconfig(address, exec=plugin)).version == "1.34.4"
        assert "(401 Unauthorized)" in told(kubeconfig(address, token="another"))


def test_a_program_that_has_no_credentials_is_told_with_what_it_says(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", "echo log in >&2; exit 3"],
    }
    assert told(kubeconfig(exec=plugin)) == (
        "context test of the given kubeconfig gives no credentials: exec: process returned 3. log in. "
        "Log in anew, or use another"
    )
    absent = {**plugin, "command": str(tmp_path / "absent")}
    assert f"gives no credentials: No such file or directory: '{tmp_path}/absent'." in told(kubeconfig(exec=absent))
    assert logging.getLogger().handlers == before


def test_files_that_are_not_there_or_no_certificates_are_told() -> None:
    assert "cannot be used: /no/token: No such file or directory." in told(kubeconfig(tokenFile="/no/token"))
    files = {"client-certificate": "/no/crt", "client-key": "/no/key"}
    assert "cannot be used: File does not exist: /no/crt." in told(kubeconfig(**files))
    data = {"client-certificate-data": "bm8=", "client-key-data": "bm8="}
    assert "cannot be used: the user's certificate cannot be read." in told(kubeconfig(**data))
    without = kubeconfig().replace('"insecure-skip', '"certificate-authority-data": "bm8=", "insecure-skip')
    assert "cannot be used: the authority's certificate cannot be read." in told(without)
