"""What looks like a secret in plain text: by its form, by what it is called, or because it is as random as a key. Pure.

It is meant for settings, of which there are many thousands: it takes microseconds each, and says of a digest, a
reference, or the name of a Secret that it is none. It never repeats a value.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.resources import SECRET, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


#: Kinds that hold secrets by their purpose, or in a form that only the cluster reads; and what only describes fields.
OTHERS = frozenset({"Secret", "SealedSecret", "CustomResourceDefinition", "CertificateSigningRequest"})
#: Of an object, what says which it is and how it fares.
KEPT = frozenset({"apiVersion", "kind", "metadata", "status"})
#: Files of settings: what is set in them has a name. In a program, `password = find()` is none.
FORMATS = (".yaml", ".yml", ".json", ".toml", ".ini", ".properties", ".env", ".conf", ".cfg")


class Form(NamedTuple):
    """What a secret is, and how it is known; `marks` are texts of which it holds one, for they are found faster."""

    what: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


#: Their issuers gave tokens such beginnings in order that they are found:
#: https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
FORMS = tuple(
    Form(what, tuple(marks.split()), re.compile(pattern))
    for what, marks, pattern in (
        ("a private key", "-----BEGIN", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        ("a private key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{50}"),
        ("an access key of AWS", "AKIA ASIA", r"A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
        ("a token of GitHub", "ghp_ gho_ ghs_ ghr_ ghu_", r"gh[opsru]_[A-Za-z0-9]{36}"),
        ("a token of GitHub", "github_pat_", r"github_pat_[A-Za-z0-9_]{22}"),
        ("a token of GitLab", "glpat- gldt- glrt- glptt-", r"gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20}"),
        ("a token of Slack", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10}"),
        ("a token of Slack", "hooks.slack.com", r"hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16}"),
        ("a key of Stripe", "k_live_ k_test_", r"[rs]k_(?:live|test)_[A-Za-z0-9]{16}"),
        ("a key of Google", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        ("a key of Google", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}"),
        ("an account key of Azure", "AccountKey= SharedAccessKey=", r"(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{43}"),
        ("a key of an AI provider", "sk-", r"sk-(?:ant-|proj-|svcacct-)[A-Za-z0-9_-]{32}"),
        ("a token of a package registry", "npm_", r"npm_[A-Za-z0-9]{36}"),
        ("a token of a package registry", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{40}"),
        ("a token of a package registry", "dckr_pat_", r"dckr_pat_[A-Za-z0-9_-]{20}"),
        ("a token of DigitalOcean", "_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
        ("a token of Vault", "hvs. hvb.", r"hv[bs]\.[A-Za-z0-9_-]{24}"),
        ("a token of Pulumi", "pul-", r"pul-[0-9a-f]{40}"),
        ("a key of SendGrid", "SG.", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        ("a JSON Web Token", "eyJ", r"eyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,5000}\.[\w-]{10}"),
        ("an Authorization header", "uthorization:", r"uthorization:\s*[Bb](?:earer|asic)\s+[A-Za-z0-9+/_.=-]{8}"),
        ("a URL with a password", "://", r"://[^\s/:@\"'<>]*:(?![$<{%*])[^\s/@\"'<>]+@"),
    )
)
_MARKS = tuple((mark, form) for form in FORMS for mark in form.marks)
_SHORTEST = 8
"""The shortest text that can have one of the forms: `://:p@h` is no URL that anybody writes."""

#: Names that end so mean a password, whatever it is.
_PASSWORDS = ("password", "passwd", "passphrase", "pwd", "apikey")
#: Names that end so mean a secret, or what the object is called that holds it.
_SECRETS = (
    *("secret", "token", "credential", "credentials", "secretkey", "accesskey", "privatekey", "signingkey"),
    *("encryptionkey", "masterkey", "accountkey", "sharedkey", "authkey", "dsn", "connectionstring"),
)
#: Words in a name of what is random and known to everybody.
_PUBLIC = frozenset(
    {
        *("bundle", "ca", "cert", "certificate", "checksum", "commit", "crt", "digest", "etag", "fingerprint", "hash"),
        *("id", "integrity", "md5", "public", "revision", "sha", "signature", "thumbprint", "uid", "version"),
    }
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: What stands for a value and is none: a variable, a template, a path, a URL, what a vault is asked for.
_REFERENCE = re.compile(
    r".*(?:[$%][({]|\{\{|<%)|\$|ENC\[|(?:vault|op|ref\+\w*|awssm|gcpsm|arn|secretref|file|env):|[a-z][a-z0-9+.-]*://"
    r"|\.{0,2}/[\w./-]*$|<[^>]*>$|[*x.]+$|redacted$|(?:true|false|null|none|yes|no|on|off|required|optional)$|\d{1,5}$",
    re.IGNORECASE | re.DOTALL,
)
#: What objects, keys of them and environment variables are called.
_NAME = re.compile(r"[a-z0-9]+(?:[-._/][a-z0-9]+)*|[a-z]+(?:[A-Z][a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_HEXADECIMAL = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{20,}")
_OPAQUE = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9+/_-]{,512}={0,2}")
_KEY = 24
"""The shortest text that is taken for a key because it is random."""
#: Of pairs of neighbours in random letters and digits, about two in three differ in kind; in CamelCase, one in four.
_CHANGES = 0.45
_PEM = "LS0tLS1CRUdJTi"  # -----BEGIN, in base64
#: Options and assignments on a command line: `--name=value`, `NAME=value`.
_ASSIGNMENT = re.compile(r"(?:^|[\s;&|'\"(])-{0,2}([A-Za-z_][\w.-]*)=(\"[^\"]*\"|'[^']*'|[^\s;&|]+)")

#: A line of a file of settings, be it YAML, TOML, JSON, INI or properties.
_SETTING = re.compile(r"^\s*[\"']?([A-Za-z_][\w.-]*)[\"']?\s*[:=]\s*[\"']?([^\s\"',]+)[\"']?,?\s*$", re.MULTILINE)


def suspicious(name: str, value: str) -> str | None:
    """Return why a value looks like a secret in plain text; None where it does not.

    `name` is what it is called: a key of a mapping, an environment variable, an option. What is returned goes on after
    "looks like", and holds nothing of the value.
    """
    if value in (SECRET, UNKNOWN) or len(value) < 2:
        return None
    if len(value) >= _SHORTEST:
        for mark, form in _MARKS:
            if mark in value and form.pattern.search(value):
                return form.what
        if value.startswith(_PEM) and " PRIVATE KEY" in _start(value):
            return "a private key"
    if (found := _named(name, value) or _random(name, value)) and not _REFERENCE.match(value):
        return None if any(one.isspace() for one in value) else found
    return None


def arguments(words: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield what a command line sets, with the index of the word: ``--name value``, ``--name=value``, ``NAME=value``.

    A whole word comes last, without a name: it can be a secret by itself.
    """
    for index, word in enumerate(words):
        for found in _ASSIGNMENT.finditer(word):
            yield index, found[1], found[2].strip("\"'")
        if index and words[index - 1].startswith("--") and "=" not in words[index - 1] and not word.startswith("-"):
            yield index, words[index - 1].lstrip("-"), word
        else:
            yield index, "", word


def settings(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a file of settings sets, whatever its format, where that takes one line and one word."""
    return ((found[1], found[2]) for found in _SETTING.finditer(text))


@lru_cache(maxsize=4096)
def _called(name: str) -> str:
    """Return a name without what separates its words."""
    return "".join(_WORD.findall(name)).lower()


def _named(name: str, value: str) -> str | None:
    """Return what a name says of its value."""
    called = _called(name)
    if called.endswith(_PASSWORDS) or _WORD.findall(name)[-1:] in (["pass"], ["Pass"], ["PASS"]):  # and no bypass
        return "a password, by its name"
    if called.endswith(_SECRETS) and (not _NAME.fullmatch(value) or _HEXADECIMAL.fullmatch(value)):
        return "a secret, by its name"
    return None


def _random(name: str, value: str) -> str | None:
    if len(value) < _KEY or not _OPAQUE.fullmatch(value) or _PUBLIC & {one.lower() for one in _WORD.findall(name)}:
        return None
    if value.startswith(_PEM):
        return None  # a certificate: keys were found before
    kinds = [(one.isupper(), one.islower(), one.isdigit()) for one in value.rstrip("=")]
    changes = sum(one != other for one, other in pairwise(kinds))
    return "a key: it is as random as one" if changes >= _CHANGES * len(kinds) else None


def _start(value: str) -> str:
    """Return how a text in base64 begins, as far as a private key would say that it is one."""
    start = value[:64]
    try:
        return b64decode(start[: len(start) // 4 * 4]).decode("ascii", "replace")
    except ValueError:
        return ""
