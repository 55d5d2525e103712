"""Processes: given up, in a crash loop, killed, frozen, silent, or out of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import go_on, note, ok, span, trouble
from scalewright.local.doctor.last_words import PORT, last_line, meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.local.doctor.deaths import Death
    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.memory import Kills
    from scalewright.local.doctor.scene import Away
    from scalewright.local.doctor.vitals import Vitals

#: Seconds for which a death is news: as long, `doctor` tells of one that was mended by itself.
NEWS = 15 * 60.0
#: So many of its last lines tell of the present of a process that runs.
RECENT = 3
#: So many starts within so many seconds are a crash loop.
LOOP_STARTS, LOOP_SECONDS = 3, 60.0
#: Seconds within which a process that was just started need not be healthy, and after which it is in no crash loop.
YOUNG = 20.0
#: Seconds after which a process that was killed once by hand, and runs again, is no trouble any more.
MENDED = 60.0
FULL = 0.8
LARGEST = "ps -eo rss,pid,comm --sort=-rss | head"


def summary(vitals: Mapping[str, Vitals], now: float) -> Finding:
    """Say how many processes there are."""
    youngest = min((now - one.started for one in vitals.values() if one.started), default=0.0)
    return ok("processes", f"{len(vitals)} run, the last one was started {span(youngest)} ago")


def judge(one: Vitals, away: Away | None, now: float, kills: Kills) -> Iterator[Finding]:
    """Judge one process; what is worst about it comes first, and hides what only follows from it.

    `away` is what it needs and has not.
    """
    up = "scalewright up"
    since = min(one.starts, default=0.0) - 1  # the log has seconds; what was before is mended by a start on purpose
    died = [death for death in one.deaths if since <= death.at and now - death.at < NEWS]
    killed = [death for death in died if death.signal == "SIGKILL"]
    if one.frozen:
        yield _frozen(one)
    elif one.condition == "stopped":
        yield trouble(one.name, "is stopped", "somebody stopped it on purpose, or it is being replaced now", up)
    elif killed and killed[-1] is died[-1] and one.condition != "failed":
        yield _killed(one, killed, now, kills)
    elif one.condition in {"failed", "restarting"} or is_looping(one, now):
        yield _crash_loop(one, now)
    elif one.beats and not (one.heartbeat is not None and one.heartbeat < one.within):
        yield _silent(one, away, now)
    elif died:
        yield _died(one, died[-1], now)
    if one.files_allowed and one.files >= one.files_allowed * FULL:
        seen = f"has {one.files} files and connections open, of {one.files_allowed}"
        more = f"sudo prlimit --pid {one.pid} --nofile={one.files_allowed * 4}:{one.files_allowed * 4}"
        yield trouble(one.name, seen, "it refuses connections when there are no more", more)


def _frozen(one: Vitals) -> Finding:
    whole = "is frozen" if one.pid in one.frozen else f"has {len(one.frozen)} frozen processes below it"
    seen = f"{whole} (state T, pid {', '.join(map(str, one.frozen))})"
    return trouble(one.name, seen, "a signal (SIGSTOP, SIGTSTP) or a debugger stopped it", go_on(one.frozen))


def _killed(one: Vitals, killed: Sequence[Death], now: float, kills: Kills) -> Finding:
    ago, times = now - killed[-1].at, len(killed)
    seen = f"was killed by SIGKILL {f'{times} times, last ' if times > 1 else ''}{span(ago)} ago"
    seen += ", started again" if one.condition == "running" else f", {one.condition}"
    if any(death.pid in kills.pids for death in killed):
        cause = "out of memory: the kernel killed it, as its log tells"
        return trouble(one.name, seen, cause, LARGEST)
    if kills.count:
        cause = (
            f"out of memory, perhaps: the kernel has killed {kills.count} since its start, and its log does not name "
            "this one; or somebody's `kill -9`"
        )
    else:
        cause = "somebody's `kill -9`: the kernel has killed nothing for lack of memory"
    mended = one.condition == "running" and times == 1 and ago > MENDED
    return (note if mended else trouble)(one.name, seen, cause, f"scalewright logs {one.name}")


def is_looping(one: Vitals, now: float) -> bool:
    """Whether it was started so often of late that it cannot be well, and has not lived for long since."""
    often = sum(now - start < LOOP_SECONDS for start in one.starts) >= LOOP_STARTS
    return often and now - one.starts[-1] < YOUNG


def last_burst(starts: Sequence[float]) -> list[float]:
    """Return the last of the starts that followed each other soon."""
    burst = list(starts[-1:])
    for start in reversed(starts[:-1]):
        if burst[0] - start > LOOP_SECONDS / 2:
            break
        burst.insert(0, start)
    return burst


def _crash_loop(one: Vitals, now: float) -> Finding:
    burst = last_burst(one.starts)
    begun = burst[0] if burst else now
    last = max([begun, *burst, *(death.at for death in one.deaths)])
    how = one.deaths[-1].how if one.deaths else "ended"
    ending = {"failed": "given up", "restarting": "about to be started again"}.get(one.condition, "running for now")
    seen = f"crash loop: started {len(burst)} times in {span(last - begun)}, last {how}, {ending}"
    words, said = meaning(one.lines), last_line(one.lines)
    cause = "; ".join(filter(None, (words, said and f"its log ends with: {said}"))) or "it wrote nothing"
    if words and words != PORT:
        return trouble(one.name, seen, cause, "scalewright up  # after mending that")
    return trouble(one.name, seen, cause, f"scalewright {'up' if words == PORT else f'logs {one.name}'}")


def _silent(one: Vitals, away: Away | None, now: float) -> Finding:
    age = now - one.started if one.started else 0.0
    if one.heartbeat is None and age < YOUNG:
        return note(one.name, f"was started {span(age)} ago and has shown no heartbeat yet")
    seen = (
        f"no heartbeat for {span(one.heartbeat if one.heartbeat is not None else age)}, {one.within:.0f} s are allowed"
    )
    if away:
        return trouble(one.name, seen, str(away), away.remedy)
    said = last_line(one.lines)
    cause = meaning(one.lines[-RECENT:]) or "it cannot do its work, or hangs"
    return trouble(one.name, seen, f"{cause}; its log ends with: {said}", f"scalewright logs {one.name}")


def _died(one: Vitals, death: Death, now: float) -> Finding:
    seen = f"ended {span(now - death.at)} ago ({death.how}), started again"
    if death.signal:
        return trouble(one.name, seen, "it crashed, or somebody's signal ended it", f"scalewright logs {one.name}")
    return note(one.name, seen, None, f"scalewright logs {one.name}")


def judge_missing(name: str) -> Finding:
    """Judge a process that is declared, and of which the supervisor knows nothing."""
    return trouble(name, "does not run, and is declared", "what it needs failed, or it was removed", "scalewright up")


def judge_job(name: str, lines: Sequence[str]) -> Finding:
    """Judge a job that is declared and was not done."""
    cause = "; ".join(filter(None, (meaning(lines), (said := last_line(lines)) and f"its log ends with: {said}")))
    return trouble(name, "not done, and what needs it was not started", cause or None, "scalewright up")
