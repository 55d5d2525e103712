"""stacks/waivers.yaml: what is put up with, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.policies.projects import project

from scalewright.declaration.errors import Mistakes
from scalewright.policies.waivers import waivers

if TYPE_CHECKING:
    from pathlib import Path

ONE = """
waivers:
- rule: plain
  object: Cluster postgres
  environments: [dev, prod]
  reason: it is being mended
  expires: 2027-03-31
"""


def test_a_waiver_is_read_with_its_line(tmp_path: Path) -> None:
    [one] = waivers(project(tmp_path, waivers=ONE), ["plain"])
    assert (one.rule, one.object, one.environments) == ("plain", "Cluster postgres", ("dev", "prod"))
    assert (one.reason, one.expires) == ("it is being mended", date(2027, 3, 31))
    assert (one.file, one.line) == ("stacks/waivers.yaml", 3)


@pytest.mark.parametrize("text", [None, "", "waivers: []"])
def test_a_project_need_not_have_any(tmp_path: Path, text: str | None) -> None:
    assert waivers(project(tmp_path, waivers=text), []) == ()


def test_all_mistakes_are_told_together_each_with_its_line_and_remedy(tmp_path: Path) -> None:
    text = """
waivers:
- rule: plian
  environments: [prd]
  reason: " "
  expires: 2027-02-30
- {rule: plain, environments: [], reason: x, expires: tomorrow}
- rule: plain
"""
    with pytest.raises(Mistakes) as raised:
        waivers(project(tmp_path, waivers=text), ["plain"])
    assert str(raised.value).splitlines() == [
        "stacks/waivers.yaml:3:3: waivers[0].rule is 'plian'; it must be a rule that there is: plain. "
        "Did you mean plain?",
        "stacks/waivers.yaml:4:18: waivers[0].environments[0] is 'prd'; it must be an environment that there is: dev, "
        "prod. Did you mean prod?",
        "stacks/waivers.yaml:5:3: waivers[0].reason is ' '; it must be said. Write why this is put up with, and what "
        "ends it.",
        "stacks/waivers.yaml:6:3: waivers[0].expires is '2027-02-30'; it must be a day that there is. Write it as in "
        "2027-03-31.",
        "stacks/waivers.yaml:7:17: waivers[1].environments is []; it must have at least one entry. Add one.",
        "stacks/waivers.yaml:7:46: waivers[1].expires is 'tomorrow'; it must be a day that there is. Write it as in "
        "2027-03-31.",
        *(
            f"stacks/waivers.yaml:8:3: waivers[2].{name} is missing; it must be given. "
            f"Write for example {name}: {value}."
            for name, value in (
                ("environments", "[staging]"),
                ("reason", "the vendor mends it in 3.2"),
                ("expires", "2027-03-31"),
            )
        ),
    ]
