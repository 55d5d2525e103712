"""The comment on a change: what it says first, that nothing in it breaks it, and that it is never too long."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from tests.cli.review.reviews import changed, finding, resource, review, side, total

from scalewright.cli.markdown import LISTED, MOST
from scalewright.cli.review.comment import comment
from scalewright.declaration import Backend, Gateway, Scale, Service
from scalewright.plan.graph import graph

READER = MarkdownIt("commonmark").enable("table")
NASTY = "`|a</details>\n```\n<script>@acme #1 \\|*b*\r\n-->\u202e"
OURS = re.compile(r"</?(details|summary|code)>|<br>|<!-- scalewright ci -->")


def test_where_nothing_changes_it_is_a_heading_a_verdict_and_a_table() -> None:
    same = side(resource("ConfigMap", "a", data={"x": "1"}))
    assert comment(review(changed(same, same))) == (
        "<!-- scalewright ci -->\n"
        "## Scalewright: `1a2b3c4` against `main` (`5d6e7f8`)\n\n"
        "**Nothing stops this change.**\n\n"
        "| environment | objects | findings | capacity |\n|---|---|---|---|\n"
        "| prod | no change | none |  |\n"
    )


def test_what_stops_it_stands_before_all_else_and_what_is_new_before_what_is_old() -> None:
    before = side(resource("ConfigMap", "a", data={"x": "1"}), findings=(finding("a"),))
    after = side(
        resource("ConfigMap", "a", data={"x": "2"}),
        findings=(finding("a"), finding("b", message="9 of 8"), finding("c", "advisory")),
        failed=("broken-rule",),
    )
    text = comment(review(changed(before, after)))
    assert "**Stopped. prod: 1 rule failed; 2 mandatory findings, 1 new.**" in text
    assert "| **prod** | 1 changed | 2 mandatory, 1 new; 1 advisory, 1 new |  |" in text
    caution = text.partition("> [!CAUTION]\n")[2].partition("\n\n")[0].splitlines()
    assert caution[0] == "> - **prod**: rule `broken-rule` failed, and judged nothing: KeyError: 'x'."
    assert caution[1] == "> - **prod**, new: `ConfigMap b`: 9 of 8. Mend it. `some-rule`"
    assert caution[2] == "> - **prod**, as before: `ConfigMap a`: it does not. Mend it. `some-rule`"
    assert "| advisory, new | `ConfigMap c` | it does not `some-rule` | Mend it |" in text
    assert text.index("CAUTION") < text.index("### prod") < text.index("Property by property")


def test_advice_that_is_as_old_as_the_state_before_is_counted_and_not_repeated() -> None:
    old = side(findings=(finding("a", "advisory"),))
    text = comment(review(changed(old, old)))
    assert "| prod | no change | 1 advisory |  |" in text
    assert "it does not" not in text


def test_a_finding_that_is_no_longer_there_is_told() -> None:
    text = comment(review(changed(side(findings=(finding("a"),)), side())))
    assert "| no longer | `ConfigMap a` | it does not `some-rule` |  |" in text
    assert "Nothing stops this change" in text


def test_a_sum_that_no_longer_fits_is_told_line_by_line_with_what_would_make_it_fit() -> None:
    sums = (
        (total("all of it", 100, 200), total("same", 10, 20)),
        (total("all of it", 610, 200), total("same", 10, 20)),
    )
    before, after = (side(sums=one) for one in sums)
    text = comment(review(changed(before, after)))
    assert "| all of it | 100 of 200 | **610 of 200** | max&#95;connections |" not in text
    assert "| all of it | 100 of 200 | **610 of 200** | max_connections |" in text
    assert "- all of it: raise it to 610." in text
    assert "\n-orders: 10 replicas x 10 each = 100\n+orders: 61 replicas x 10 each = 610\n" in text
    assert "same" not in text
    assert "1 does not fit" in text


def test_mistakes_and_a_plan_that_fails_are_told_with_the_rest() -> None:
    good, bad = side(), side(failures=("prod cannot be planned: it raises X",))
    text = comment(review(changed(good, bad), changed(good, good, "dev")))
    assert "> - **prod**: prod cannot be planned: it raises X\n" in text
    assert "| **prod** | **no plan** | | |" in text
    assert "| dev | no change | none |  |" in text
    mistaken = side(mistakes=("stacks/Pulumi.prod.yaml:3:1: services is 1",))
    assert "**It cannot be read. prod: 1 mistake.**" in comment(review(changed(good, mistaken)))


@pytest.mark.parametrize(
    ("more", "heading"),
    [
        ({}, "## Scalewright: `1a2b3c4` against `main` (`5d6e7f8`)"),
        ({"tip": "f" * 40}, "## Scalewright: `1a2b3c4` against `5d6e7f8`, where it left `main`"),
        ({"base": "5d6e7f8" + 33 * "0"}, "## Scalewright: `1a2b3c4` against `5d6e7f8`"),
        ({"is_clean": False}, "## Scalewright: `1a2b3c4` and what is not committed against `main` (`5d6e7f8`)"),
    ],
)
def test_the_heading_has_the_commit_and_what_it_is_held_against(more: dict[str, object], heading: str) -> None:
    assert comment(review(changed(side(), side()), **more)).splitlines()[1] == heading


def test_the_marker_tells_projects_of_one_repository_apart() -> None:
    text = comment(review(changed(side(), side()), folder="teams/a --> b"))
    assert text.startswith("<!-- scalewright ci-teams/a-----b -->\n")


def test_nothing_in_a_change_breaks_the_comment() -> None:
    before = side(resource("ConfigMap", NASTY, data={NASTY: "x", "k": NASTY}), findings=(finding(NASTY),))
    after = side(
        resource("ConfigMap", NASTY, data={NASTY: NASTY, "k": f"{NASTY} 2"}),
        resource("ConfigMap", f"2{NASTY}"),
        findings=(
            finding(NASTY, message=NASTY, remedy=NASTY),
            finding("b", message=NASTY),
            finding("c", "advisory", message=NASTY),
        ),
        sums=(total(NASTY, 20, 10),),
    )
    text = comment(review(changed(before, after), base="ma|in"))
    assert "\u202e" not in text
    tokens = READER.parse(text)
    inline = [child for one in tokens for child in one.children or ()]
    html = [one.content.strip() for one in (*tokens, *inline) if one.type in ("html_block", "html_inline")]
    assert all(OURS.sub("", one).strip() in ("", "Property by property", "Capacity line by line") for one in html), html
    assert balanced(text)
    for row in [line for line in text.splitlines() if line.startswith("|")]:
        assert len(re.findall(r"(?<!\\)\|", row)) in (4, 5)
    assert "@acme" not in re.sub(r"(`+)diff.*?\n\1\n", "", text, flags=re.DOTALL)


def balanced(text: str) -> bool:
    """Whether every fence and every fold ends, one after the other, and no fence is within another."""
    fence: str | None = None
    folds = 0
    for line in text.splitlines():
        if fence:
            if fence in line and fence != line:
                return False
            fence = None if line == fence else fence
        elif found := re.fullmatch(r"(`{3,})(\w+)", line):
            fence = found[1]
        else:
            folds += line.startswith("<details>") - (line == "</details>")
            if folds not in (0, 1):
                return False
    return fence is None and folds == 0


def test_two_hundred_services_in_four_environments_stay_below_what_github_takes() -> None:
    names = [f"s-{number}-{'long' * 12}`|<b>" for number in range(200)]
    services = {f"s-{one}": Service(app="a:b", routes=[f"/{one}"], scale=Scale(max=3)) for one in range(200)}
    drawn = graph(Backend(name="shop", services=services, gateway=Gateway()), "prod")
    environments = []
    for environment in ("dev", "prod", "staging", "trial"):
        sides = [
            side(
                *(
                    resource("ConfigMap", name, immutable=True, data={"a": f"{number}`|</details>ü" * 40})
                    for name in names
                ),
                findings=tuple(finding(name, level) for name in names for level in ("mandatory", "advisory") if number),
                sums=tuple(total(f"sum of {name}", 100 + number, 50) for name in names),
                graph=drawn,
            )
            for number in range(2)
        ]
        environments.append(changed(*sides, environment))
    text = comment(review(*environments), "https://ci.example.com/1")
    assert MOST * 0.9 < len(text.encode()) <= MOST < 65_536
    assert balanced(text)
    where = r"see \[the whole report\]\(https://ci\.example\.com/1\)"
    assert re.search(rf"\n> - and {800 - LISTED} more: {where}\n", text)
    assert re.search(r"\n# and \d+ more lines: see the whole report\n", text)
    assert re.search(rf"\n\d+ parts of this had no room: {where}\.\n$", text)
    for environment in ("dev", "prod", "staging", "trial"):
        assert f"\n### {environment}\n" in text


def test_a_link_stands_where_something_is_left_out_and_outside_of_fences_only() -> None:
    before, after = (side(*(resource("ConfigMap", f"c-{n}", data={"a": x * 150}) for n in range(999))) for x in "xy")
    text = comment(review(changed(before, after)), "https://ci.example.com/1")
    fenced = text.partition("```diff\n")[2].partition("\n```\n")[0]
    assert fenced.splitlines()[-1].endswith("more lines: see the whole report")
