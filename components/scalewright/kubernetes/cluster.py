"""A cluster that is asked and never changed: the official client of Kubernetes, with every trouble in one sentence.

Requests are made by path, because a plan holds kinds that no client knows.
"""

import json
import logging
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import urllib3
from kubernetes import client
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException, load_incluster_config, new_client_from_config
from kubernetes.config import new_client_from_config_dict as new_client_from_content

from scalewright.kubernetes.kubeconfig import ClusterError, Kubeconfig, find

#: Seconds until a cluster is there, and until it has answered. Webhooks that a dry run asks may take ten.
CONNECT, READ = 5.0, 15.0
Query = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    """What a cluster answered."""

    status: int
    body: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What it says of a failure, in one line."""
        return " ".join(str(self.body.get("message") or f"status {self.status}").split())


class Cluster:
    """The cluster of one context. Raises ClusterError whenever it does not answer as one of Kubernetes does."""

    def __init__(self, api: client.ApiClient, context: str, user: str) -> None:
        self._api = api
        self.context = context
        self.address = str(api.configuration.host)
        self._user = user
        self.version = self._version()

    def ask(self, path: str, *, accept: str = "application/json") -> Answer:
        """Read something."""
        return self._answer("GET", path, (), {"Accept": accept}, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask a question that has a body, such as whether we may do something."""
        return self._answer("POST", path, (), {"Content-Type": "application/json"}, body)

    def try_out(self, path: str, manifest: Mapping[str, Any], manager: str = "scalewright") -> Answer:
        """Have the cluster say what a server-side apply would come to, and make nothing.

        `manager` is on whose behalf: fields that it alone set, and that the manifest has no longer, go away.
        https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
        """
        # By force: whose fields they are is between those who apply.
        query = [("dryRun", "All"), ("fieldManager", manager), ("force", "true"), ("fieldValidation", "Strict")]
        kind = {"Content-Type": "application/apply-patch+yaml"}
        return self._answer("PATCH", path, query, kind, json.dumps(manifest))

    def user(self) -> str:
        """Return whom the cluster takes us for."""
        path, body = "/apis/authentication.k8s.io/v1/selfsubjectreviews", {"kind": "SelfSubjectReview"}
        answer = self.post(path, {"apiVersion": "authentication.k8s.io/v1", **body})
        found = answer.body.get("status", {}).get("userInfo", {}).get("username") if answer.status < 300 else None
        return found or (f"user {self._user}" if self._user else "whoever has no credentials")

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def _version(self) -> str:
        answer = self.ask("/version")
        if answer.body.get("kind") == "Status":  # an API server it is, and one that keeps this to itself
            raise ClusterError(
                f"the cluster of context {self.context} does not tell its version: {answer.message}. "
                "Use a context of somebody who may ask"
            )
        if answer.status != 200 or "gitVersion" not in answer.body:
            raise ClusterError(
                f"what answers at {self.address} is no API server of Kubernetes (GET /version: {answer.status}). "
                f"Correct the server of context {self.context}, or use another"
            )
        return str(answer.body["gitVersion"]).removeprefix("v")

    def _answer(self, method: str, path: str, query: Query, headers: dict[str, str], body: Any) -> Answer:
        try:
            request = self._api.param_serialize(
                method, path, query_params=list(query), header_params=headers, body=body, auth_settings=["BearerToken"]
            )
            response = self._api.call_api(*request, _request_timeout=(CONNECT, READ))
            data = response.read()
        except (urllib3.exceptions.HTTPError, ApiException, OSError) as error:
            raise ClusterError(
                f"the cluster of context {self.context} cannot be reached at {self.address}: {_reason(error)}. "
                "Start it, connect to its network, or use another context"
            ) from error
        if response.status == 401:
            raise ClusterError(
                f"the cluster of context {self.context} at {self.address} does not know "
                f"{self._user or 'whoever has no credentials'} (401 Unauthorized). Log in anew, or use another context"
            )
        warnings = tuple(_warnings(response.headers.get("Warning", "")))
        return Answer(response.status, _object(data), warnings)


def connect(file: str | None = None, context: str | None = None, content: str | None = None) -> Cluster:
    """Return the cluster of a context, once it has answered; the arguments are those of `kubeconfig.find`.

    Raises ClusterError.
    """
    # Whoever wrote `insecure-skip-tls-verify` knows; kubectl does not repeat it with every request either.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    chosen = find(file, context, content)
    configuration = client.Configuration()
    configuration.retries = False
    if chosen is None:
        return Cluster(_inside(configuration), "of the pod", "the account of the pod")
    return Cluster(_api(chosen, configuration), chosen.context, chosen.user)


def _inside(configuration: client.Configuration) -> client.ApiClient:
    try:
        load_incluster_config(configuration)
    except ConfigException as error:
        raise ClusterError(f"the pod has no credentials: {error}. Give it a ServiceAccount with a token") from error
    return client.ApiClient(configuration)


def _api(chosen: Kubeconfig, configuration: client.Configuration) -> client.ApiClient:
    where = f"context {chosen.context} of {chosen.source}"
    options = {"context": chosen.context, "persist_config": False, "client_configuration": configuration}
    with _overheard() as said:
        try:
            if chosen.content is None:
                api: client.ApiClient = new_client_from_config(chosen.source, **options)
            else:
                api = new_client_from_content(dict(chosen.content), **options)
        except (ConfigException, ValueError, OSError) as error:
            raise ClusterError(f"{where} cannot be used: {_plain(error)}. Correct it, or use another") from error
    if said:
        raise ClusterError(f"{where} gives no credentials: {'; '.join(said)}. Log in anew, or use another")
    _check_certificates(configuration, where)
    return api


def _check_certificates(configuration: client.Configuration, where: str) -> None:
    """Raise ClusterError for certificates that are none: a connection would only say that it failed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    what = "the authority's certificate"
    try:
        if configuration.ssl_ca_cert:
            context.load_verify_locations(configuration.ssl_ca_cert)
        what = f"the user's certificate{'' if configuration.key_file else ', which has no key,'}"
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (ssl.SSLError, OSError) as error:
        raise ClusterError(f"{where} cannot be used: {what} cannot be read. Correct it, or log in anew") from error


def _plain(error: Exception) -> str:
    """Return what an error says, in one line and without numbers that mean nothing to a user."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()).rstrip(".")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Collect what the client only logs: that the program which has the credentials (`exec`) failed, and why."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(re.sub(r"\[Errno \d+\] ", "", " ".join(record.getMessage().split()).rstrip(".")))

    listener = Listener(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        yield said
    finally:
        root.removeHandler(listener)


def _reason(error: BaseException) -> str:
    """Return why there was no answer, without the client's names for it."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in reversed(chain):
        match one:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted ({one.verify_message.rstrip('.')})"
            case ssl.SSLError() if one.reason:
                return f"TLS fails ({one.reason.replace('_', ' ').lower()})"
            case socket.gaierror():
                return f"its name is not known ({one.strerror})"
            case TimeoutError() | urllib3.exceptions.TimeoutError():
                return f"it gave no answer within {CONNECT:.0f} s"
            case OSError() if one.strerror:
                return one.strerror
    text = error.reason if isinstance(error, ApiException) else str(error)
    return " ".join(str(text).split())


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _warnings(header: str) -> Iterator[str]:
    """Yield the texts of a header such as `299 - "is deprecated"`: RFC 7234, section 5.5."""
    for quoted in re.findall(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"', header):
        yield re.sub(r"\\(.)", r"\1", quoted)
