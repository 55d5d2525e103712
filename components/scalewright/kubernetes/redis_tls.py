"""TLS of Redis: an authority of its own, the certificates of its servers, and what these are told of them.

cert-manager makes them: https://cert-manager.io/docs/configuration/selfsigned/#bootstrapping-ca-issuers. What Valkey
does with them: https://valkey.io/topics/encryption/
"""

from typing import Any

from pulumi import Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright.kubernetes.pod import SECRETS, SecretFileArgs

GROUP = "cert-manager.io"
CA, CERTIFICATE, KEY = "ca.crt", "tls.crt", "tls.key"
#: Ten years. Whoever trusts an authority must be given the next one before it ends, which nothing here does.
LIFE_OF_AUTHORITY = "87600h"
#: Seconds between two looks of Valkey for a renewed certificate, which is there a month before the old one ends.
RELOAD = 3600
_PRIVATE_KEY = {"algorithm": "ECDSA", "size": 256}


def secret(server: str) -> str:
    """Return the name of the Secret with the certificate of a server, its key, and that of its authority."""
    return f"{server}-tls"


def files(server: str) -> list[SecretFileArgs]:
    """Return the files of a server's pods; the scripts in them know by the last that connections are encrypted."""
    of = {"TLS_CERTIFICATE_FILE": CERTIFICATE, "TLS_KEY_FILE": KEY, "TLS_CA_FILE": CA}
    return [{"variable": variable, "secret": secret(server), "key": key} for variable, key in of.items()]


def settings(port: int) -> tuple[str, ...]:
    """Return what a server or a sentinel is told: TLS to clients and to each other, and nothing without it."""
    return (
        "port 0",
        f"tls-port {port}",
        f"tls-cert-file {SECRETS}/tls_certificate",
        f"tls-key-file {SECRETS}/tls_key",
        f"tls-ca-cert-file {SECRETS}/tls_ca",
        # Clients prove who they are by the password.
        "tls-auth-clients no",
        "tls-replication yes",
        f"tls-auto-reload-interval {RELOAD}",
    )


def named(redis: str) -> str:
    """Return what the authority of a Redis is called."""
    return f"{redis}-ca"


def authority(described: dict[str, Any], opts: ResourceOptions) -> None:
    """Make the authority of a Redis, whose metadata is given: an issuer, and the one of its own certificate."""
    itself = {**described, "name": f"{described['name']}-self-signed"}
    ours = {**described, "name": named(described["name"])}
    spec = {
        "isCA": True,
        "commonName": ours["name"],
        "secretName": ours["name"],
        "duration": LIFE_OF_AUTHORITY,
        "privateKey": {**_PRIVATE_KEY, "rotationPolicy": "Never"},
        "issuerRef": _reference(itself["name"]),
    }
    _object("Issuer", itself, {"selfSigned": {}}, opts)
    _object("Certificate", ours, spec, opts)
    _object("Issuer", ours, {"ca": {"secretName": ours["name"]}}, opts)


def certificate(described: dict[str, Any], issuer: str, opts: ResourceOptions) -> None:
    """Make the certificate of a set of servers, whose metadata is given, for all names that they are reached by."""
    server = described["name"]
    hosts = (server, f"{server}-headless", f"*.{server}-headless")
    spec = {
        "secretName": secret(server),
        "dnsNames": [Output.concat(host, ".", described["namespace"], ".svc") for host in hosts],
        "ipAddresses": ["127.0.0.1"],
        "usages": ["digital signature", "server auth"],
        "privateKey": {**_PRIVATE_KEY, "rotationPolicy": "Always"},
        "issuerRef": _reference(issuer),
    }
    _object("Certificate", described, spec, opts)


def _reference(issuer: str) -> dict[str, str]:
    return {"group": GROUP, "kind": "Issuer", "name": issuer}


def _object(kind: str, described: dict[str, Any], spec: dict[str, Any], opts: ResourceOptions) -> None:
    CustomResource(
        f"{described['name']}", api_version=f"{GROUP}/v1", kind=kind, metadata=described, spec=spec, opts=opts
    )
