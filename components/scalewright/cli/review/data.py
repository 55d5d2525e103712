"""A review as data, for programs; its shape is in docs/ci.md. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.cli.review.environment import Environment
    from scalewright.cli.review.review import Review
    from scalewright.cli.review.sums import Pair
    from scalewright.plan.policy.report import Finding


def data(review: Review) -> dict[str, Any]:
    """Return what JSON can hold of it."""
    return {
        "status": review.status,
        "head": {"commit": review.head, "clean": review.is_clean},
        "base": {"name": review.base, "commit": review.tip},
        "parting": review.parting,
        "notes": list(review.notes),
        "environments": [_environment(one) for one in review.environments],
    }


def _environment(one: Environment) -> dict[str, Any]:
    news = one.findings
    return {
        "name": one.name,
        "platform": one.platform,
        "compared_with": one.basis,
        "stops": one.stops,
        "notes": list(one.notes),
        "mistakes": list(one.mistakes),
        "failures": list(one.failures),
        **one.comparison.model_dump(mode="json"),
        "findings": {
            "new": _findings(news.new),
            "old": _findings(news.old),
            "gone": _findings(news.gone),
            "waived": _findings(one.report.waived),
            "failed_rules": [each.model_dump(mode="json") for each in one.report.failures],
            "unknown_kinds": one.report.unknown,
        },
        "capacity": [_sum(each) for each in one.sums],
        "graph": one.graph.model_dump(mode="json") if one.graph else None,
        "touched": list(one.touched),
        "lost": list(one.lost),
    }


def _findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in found]


def _sum(pair: Pair) -> dict[str, Any]:
    return {**pair.model_dump(mode="json"), "changed": pair.differs, "breaks": pair.breaks}
