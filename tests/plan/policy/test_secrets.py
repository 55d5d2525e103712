"""What looks like a secret, and what only looks so to those who look at randomness alone."""

import random
import string
from base64 import b64encode

import pytest

from scalewright.plan.policy.secrets import FORMS, arguments, settings, suspicious
from scalewright.plan.resources import SECRET, UNKNOWN

DICE = random.Random(7)  # noqa: S311 - examples, the same in every run
LETTERS = string.ascii_letters + string.digits


def some(length: int, of: str = LETTERS) -> str:
    """Random text; written out, tools that look for tokens would find these."""
    return "".join(DICE.choices(of, k=length))


TOKENS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n",
    "an access key of AWS": "AKIA" + some(16, string.ascii_uppercase),
    "a token of GitHub": "ghp_" + some(36),
    "a token of GitLab": "glpat-" + some(20),
    "a token of Slack": "xoxb-" + some(12, string.digits),
    "a key of Stripe": "sk_live_" + some(24),
    "a key of Google": "AIza" + some(35),
    "an account key of Azure": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={some(86)}==",
    "a key of an AI provider": "sk-ant-" + some(40),
    "a token of a package registry": "npm_" + some(36),
    "a token of DigitalOcean": "dop_v1_" + some(64, "0123456789abcdef"),
    "a token of Vault": "hvs." + some(24),
    "a token of Pulumi": "pul-" + some(40, "0123456789abcdef"),
    "a key of SendGrid": f"SG.{some(22)}.{some(43)}",
    "a JSON Web Token": f"eyJ{some(20)}.eyJ{some(40)}.{some(43)}",
    "an Authorization header": f"Authorization: Bearer {some(30)}",
    "a URL with a password": "postgresql://shop:hunter2@postgres:5432/shop",
}


@pytest.mark.parametrize("what", sorted({form.what for form in FORMS}))
def test_a_known_form_is_found_whatever_it_is_called_and_wherever_it_stands(what: str) -> None:
    assert suspicious("value", TOKENS[what]) == what
    assert suspicious("script.sh", f"#!/bin/sh\nexport X={TOKENS[what]}\n") == what


@pytest.mark.parametrize("what", sorted({form.what for form in FORMS}))
def test_a_reason_holds_nothing_of_the_value(what: str) -> None:
    assert suspicious("password", TOKENS[what]) in {form.what for form in FORMS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "hunter2"),
        ("PGPASSWORD", "postgres"),
        ("RABBITMQ_DEFAULT_PASS", "guest"),
        ("DB_PASSWORD", "x9!"),
        ("DB_PASSWORD", "pa$word"),
        ("adminPassword", "Admin123"),
        ("api-key", "abcdef"),
        ("API_KEY", "0123456789abcdef"),
        ("passwd", "123456"),
        ("clientSecret", "a1B2c3D4e5"),
        ("SESSION_SECRET", "correct_Horse9"),
        ("token", "9f2b6c1d4e8a70355bc1"),
        ("secretKey", "wJalrXUtnFEMI/K7MDENG"),
        ("SENTRY_DSN", "https" + "://0123abc:def@sentry.example.com/1"),
        ("anything", "q7Rk2ZpX9vBn4TsLm8WcY3dF"),
        ("anything", "b64/Q7rK2+zPx9VbN4tS/lM8wCy3Df5=="),
        ("tls.key", b64encode(b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC").decode()),
    ],
)
def test_what_is_named_a_secret_or_random_is_suspicious(name: str, value: str) -> None:
    assert suspicious(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", ""),
        ("password", SECRET),
        ("password", UNKNOWN),
        ("password", "$(DATABASE_PASSWORD)"),
        ("password", "${DATABASE_PASSWORD}"),
        ("password", "{{ .Values.password }}"),
        ("password", "%(password)s"),
        ("password", "ENC[AES256_GCM,data:abc,type:str]"),
        ("password", "op://vault/item/password"),
        ("password", "<your password>"),
        ("password", "********"),
        ("DATABASE_PASSWORD_FILE", "/run/secrets/scalewright/database_password"),
        ("passwordFromEnv", "REDIS_PASSWORD"),
        ("PROXY_BYPASS", "localhost"),
        ("passwordKey", "password"),
        ("parameter", "sentinelPassword"),
        ("secretName", "gateway-tls"),
        ("secret", "shop-backups"),
        ("existingSecret", "redis.credentials"),
        ("tokenSecret", "s3-token"),
        ("secretKey", "access-key"),
        ("accessKey", "ACCESS_KEY"),
        ("token", "true"),
        ("max_token", "4096"),
        ("automountServiceAccountToken", "false"),
        ("image", f"ghcr.io/acme/shop@sha256:{some(64, '0123456789abcdef')}"),
        ("scalewright/configuration", some(64, "0123456789abcdef")),
        ("checksum/config", "Q7rK2zPx9VbN4tSlM8wCy3Df5Gh1Jk6L"),
        ("caBundle", b64encode(b"-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC").decode()),
        ("DATABASE_URL", "postgresql://shop@postgres-rw.shop-prod.svc:5432/shop"),
        ("DATABASE_URL", "postgresql://shop:$(DATABASE_PASSWORD)@postgres:5432/shop"),
        ("destinationPath", "s3://shop-backups/prod"),
        ("TOKEN_URL", "https://login.example.com/oauth2/token"),
        ("expr", 'sum(rate(http_requests_total{namespace="shop-prod",status=~"5.."}[1h])) > 14.4 * 0.001'),
        ("cronjob.kubernetes.io/instantiate", "HorizontalPodAutoscalerScalingActive2WithPolicy"),
        ("start.sh", 'password=$(cat "$REDIS_PASSWORD_FILE")\nprintf \'requirepass "%s"\\n\' "$password"'),
        ("schedule", "0 0 2 * * *"),
    ],
)
def test_what_refers_to_a_secret_or_is_public_is_not(name: str, value: str) -> None:
    assert suspicious(name, value) is None


def test_a_command_line_is_taken_apart_into_what_it_sets() -> None:
    words = ["server", "--password", "hunter2", "--user=shop", "sh -c", "PGPASSWORD='a b' psql", "--verbose", "--tls"]
    assert list(arguments(words)) == [
        (0, "", "server"),
        (1, "", "--password"),
        (2, "password", "hunter2"),
        (3, "user", "shop"),
        (3, "", "--user=shop"),
        (4, "", "sh -c"),
        (5, "PGPASSWORD", "a b"),
        (5, "", "PGPASSWORD='a b' psql"),
        (6, "", "--verbose"),
        (7, "", "--tls"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "server:\n  port: 80\n  password: 'hunter2'\n",
        "port = 80\npassword=hunter2\n",
        '{\n  "port": 80,\n  "password": "hunter2",\n}',
        "port=80\nPASSWORD = hunter2",
    ],
)
def test_a_file_of_settings_is_read_whatever_its_format(text: str) -> None:
    assert [(name.lower(), value) for name, value in settings(text)] == [("port", "80"), ("password", "hunter2")]


def test_random_keys_are_told_from_names_that_people_make_up() -> None:
    found = [suspicious("value", some(32)) for _ in range(1000)]
    assert sum(one is not None for one in found) >= 950
