"""A report as JUnit's XML, which every system of continuous integration shows. https://github.com/testmoapp/junitxml"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from scalewright.plan.policy.writers.grouping import place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.policy.report import Finding, Report
    from scalewright.plan.policy.rule import Rule

#: What XML 1.0 does not take: https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: Report, rules: Iterable[Rule], title: str) -> str:
    """Return a suite: a case for each rule that found nothing and for each finding; what is advisory fails nothing."""
    broken = {one.rule for one in (*report.findings, *report.waived)} | {one.rule for one in report.failures}
    suite = ElementTree.Element("testsuite", name=_clean(title))
    for rule in rules:
        if rule.name not in broken:
            _case(suite, rule.group, rule.name)
    for failure in report.failures:
        case = _case(suite, "rules", failure.rule)
        ElementTree.SubElement(case, "error", message=_clean(failure.reason), type="rule failed")
    for one in report.findings:
        case = _finding(suite, one)
        if one.level == "mandatory":
            failed = ElementTree.SubElement(case, "failure", message=_clean(one.message), type=one.severity)
            failed.text = _clean(_told(one))
        else:
            ElementTree.SubElement(case, "system-out").text = _clean(f"advisory: {_told(one)}")
    for one in report.waived:
        ElementTree.SubElement(_finding(suite, one), "skipped", message=_clean(f"waived: {one.waived}"))
    counted = {"tests": "testcase", "failures": ".//failure", "errors": ".//error", "skipped": ".//skipped"}
    for name, path in counted.items():
        suite.set(name, str(len(suite.findall(path))))
    root = ElementTree.Element("testsuites", suite.attrib)
    root.append(suite)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _finding(suite: ElementTree.Element, one: Finding) -> ElementTree.Element:
    case = _case(suite, one.group, " ".join(filter(None, (one.rule, one.subject, one.path))))
    if one.file:
        case.set("file", _clean(one.file))
        if one.line is not None:
            case.set("line", str(one.line))
    return case


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=group, name=_clean(name))


def _told(one: Finding) -> str:
    where = place(one)
    return f"{one.subject}: {one.message}\n{one.remedy}" + (f"\n{where}" if where else "")


def _clean(said: str) -> str:
    return _FORBIDDEN.sub("\ufffd", said)
