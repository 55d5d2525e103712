"""Processes: given up, in a crash loop, killed, frozen, silent, or out of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import go_on, note, ok, span, trouble
from scalewright.local.doctor.last_words import PORT, last_line, meaning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.vitals import Vitals

#: Seconds for which a death is news: as long, `doctor` tells of one that was mended by itself.
NEWS = 15 * 60.0
#: So many starts within so many seconds are a crash loop.
LOOP_STARTS, LOOP_SECONDS = 3, 60.0
#: Seconds within which a process that was just started need not be healthy.
YOUNG = 20.0
FULL = 0.8


def judge_all(vitals: Mapping[str, Vitals], missing: Collection[str], *, now: float, kills: int) -> Iterator[Finding]:
    """Judge every process; `missing` are names of those that should run, `kills` is the kernel's count."""
    found = [finding for one in vitals.values() for finding in judge(one, now, kills)]
    up = "scalewright up"
    found += [trouble(name, "does not run, and is declared", "nobody has started it", up) for name in missing]
    if not any(finding.level == "trouble" for finding in found):
        youngest = min((now - one.started for one in vitals.values() if one.started), default=0.0)
        yield ok("processes", f"{len(vitals)} run, the last one was started {span(youngest)} ago")
    yield from found


def judge(one: Vitals, now: float, kills: int) -> Iterator[Finding]:
    """Judge one process; what is worst about it comes first, and hides what only follows from it."""
    up = "scalewright up"
    recent = [start for start in one.starts if now - start < LOOP_SECONDS]
    killed = [death for death in one.deaths if death.signal == "SIGKILL" and now - death.at < NEWS]
    if one.frozen:
        yield _frozen(one)
    elif one.condition == "stopped":
        yield trouble(one.name, "is stopped", "somebody stopped it on purpose, or it is being replaced now", up)
    elif killed and one.condition != "failed":
        yield _killed(one, len(killed), now - killed[-1].at, kills)
    elif one.condition in {"failed", "restarting"} or len(recent) >= LOOP_STARTS:
        yield _crash_loop(one, now)
    elif one.beats and not (one.heartbeat is not None and one.heartbeat < one.within):
        yield _silent(one, now)
    elif one.deaths and now - one.deaths[-1].at < NEWS:
        yield _died(one, now)
    if one.files_allowed and one.files >= one.files_allowed * FULL:
        seen = f"has {one.files} files and connections open, of {one.files_allowed}"
        more = f"sudo prlimit --pid {one.pid} --nofile={one.files_allowed * 4}:{one.files_allowed * 4}"
        yield trouble(one.name, seen, "it refuses connections when there are no more", more)


def _frozen(one: Vitals) -> Finding:
    whole = "is frozen" if one.pid in one.frozen else f"has {len(one.frozen)} frozen processes below it"
    seen = f"{whole} (state T, pid {', '.join(map(str, one.frozen))})"
    return trouble(one.name, seen, "a signal (SIGSTOP, SIGTSTP) or a debugger stopped it", go_on(one.frozen))


def _killed(one: Vitals, times: int, ago: float, kills: int) -> Finding:
    seen = f"was killed by SIGKILL {f'{times} times, last' if times > 1 else ''} {span(ago)} ago".replace("  ", " ")
    seen += ", started again" if one.condition == "running" else f", {one.condition}"
    if kills:
        cause = f"out of memory: the kernel kills the largest process then, {kills} since its start"
        return trouble(one.name, seen, cause, "ps -eo rss,pid,comm --sort=-rss | head")
    cause = "somebody's `kill -9`: the kernel has killed nothing for lack of memory"
    return trouble(one.name, seen, cause, f"scalewright logs {one.name}")


def _crash_loop(one: Vitals, now: float) -> Finding:
    begun = next(iter(one.starts[-9:]), now)
    count = len(one.starts[-9:])
    last = max([*one.starts, *(death.at for death in one.deaths)], default=now)
    how = one.deaths[-1].how if one.deaths else "ended"
    ending = {"failed": "given up", "restarting": "about to be started again"}.get(one.condition, "running for now")
    seen = f"crash loop: started {count} times in {span(last - begun)}, last {how}, {ending}"
    words, said = meaning(one.lines), last_line(one.lines)
    cause = "; ".join(filter(None, (words, said and f"its log ends with: {said}"))) or "it wrote nothing"
    if words and words != PORT:
        return trouble(one.name, seen, cause, "scalewright up  # after mending that")
    return trouble(one.name, seen, cause, f"scalewright {'up' if words == PORT else f'logs {one.name}'}")


def _silent(one: Vitals, now: float) -> Finding:
    age = now - one.started if one.started else 0.0
    if one.heartbeat is None and age < YOUNG:
        return note(one.name, f"was started {span(age)} ago and has shown no heartbeat yet")
    seen = (
        f"no heartbeat for {span(one.heartbeat if one.heartbeat is not None else age)}, {one.within:.0f} s are allowed"
    )
    said = last_line(one.lines)
    cause = meaning(one.lines) or "it cannot do its work, or hangs"
    return trouble(one.name, seen, f"{cause}; its log ends with: {said}", f"scalewright logs {one.name}")


def _died(one: Vitals, now: float) -> Finding:
    death = one.deaths[-1]
    seen = f"ended {span(now - death.at)} ago ({death.how}), started again"
    if death.signal:
        return trouble(one.name, seen, "it crashed, or somebody's signal ended it", f"scalewright logs {one.name}")
    return note(one.name, seen, None, f"scalewright logs {one.name}")


def judge_job(name: str, lines: Sequence[str]) -> Finding:
    """Judge a job that is declared and was not done."""
    cause = "; ".join(filter(None, (meaning(lines), (said := last_line(lines)) and f"its log ends with: {said}")))
    return trouble(name, "not done, and what needs it was not started", cause or None, "scalewright up")
