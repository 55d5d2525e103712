"""Risks of the OWASP API Security Top 10 of 2023 that rules of the network quote."""

from scalewright.plan.policy import Standard

_TOP_10 = "https://owasp.org/API-Security/editions/2023/en"

CONSUMPTION = Standard(
    "OWASP API Security Top 10",
    "API4:2023 Unrestricted Resource Consumption",
    f"{_TOP_10}/0xa4-unrestricted-resource-consumption/",
)
MISCONFIGURATION = Standard(
    "OWASP API Security Top 10",
    "API8:2023 Security Misconfiguration",
    f"{_TOP_10}/0xa8-security-misconfiguration/",
)
