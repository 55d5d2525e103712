import pytest

from scalewright.cli.progress import Progress
from scalewright.local.step import Step
from scalewright.plan.records import Process


def step(name: str, action: str = "start") -> Step:
    return Step(Process(name=name, noun="test", command=("true",), directory="/"), action)  # type: ignore[arg-type]


def test_without_a_terminal_each_event_is_one_line_and_what_is_kept_is_not_mentioned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    steps = [step("redis"), step("postgres", "keep")]
    with Progress() as progress:
        progress.report(steps)
        steps[0].phase = "starting"
        progress.report(steps)
        progress.report(steps)
        steps[0].phase, steps[0].seconds, steps[0].detail = "failed", 1.25, "ended with status 1"
        progress.report(steps)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["redis", "starting"],
        ["redis", "failed", "1.2", "s", "ended", "with", "status", "1"],
    ]
