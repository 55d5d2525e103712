"""The smallest changes after which a sum fits: each is searched, tried, and kept only if the sum then does. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scalewright.autoscaling.capacity import Account, Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scalewright.autoscaling.capacity import Budget, Holder

#: How many holders are looked at by themselves, and how many settings are named each by itself.
GREATEST, NAMED = 3, 6
Settings = tuple[tuple[str, int], ...]
Trial = tuple[Account, Settings]


def judged(account: Account, *more: Change) -> Budget:
    """Return the sum line by line; where it does not fit, with the smallest changes that suffice, `more` included."""
    return account.budget(() if account.fits else (*remedies(account), *(one for one in more if one.after.fits)))


def remedies(account: Account) -> tuple[Change, ...]:
    """Return the smallest change of each kind that suffices by itself, the greatest holder's first.

    For each of the greatest holders its share of each process, its replicas and its processes; then the share of every
    holder at once, and the bound. What nobody can set is left out, and so is what would not suffice.
    """
    holders = sorted((one for one in account.holders if one.amount), key=lambda one: -one.amount)
    found: list[Change] = []
    for holder in holders[:GREATEST]:
        found += filter(None, (smallest(account, holder) for smallest in (_share, _replicas, _processes)))
    together = _every_share(account)
    if together and together.settings not in [one.settings for one in found]:  # as where one holder has all the rest
        found.append(together)
    if account.bound_knob:
        found.append(_raised(account))
    return tuple(found)


def _raised(account: Account) -> Change:
    """Raise the bound to what is asked, by no more than its setting allows."""
    before, value = account.bound // account.bound_times, -(-account.total // account.bound_times)
    words = f"raise {account.bound_knob} from {before:,} to {value:,}"
    return Change(words, ((account.bound_knob, value),), replace(account, bound=value * account.bound_times))


def _share(account: Account, holder: Holder) -> Change | None:
    """Lower what each process holds, size and overflow in proportion."""
    if not holder.knobs.size:
        return None
    return _greatest(account, range(1, holder.each), lambda each: _with_share(account, holder, each))


def _replicas(account: Account, holder: Holder) -> Change | None:
    if not holder.knobs.replicas:
        return None
    below = range(max(holder.fewest, 1), holder.replicas)
    return _greatest(account, below, lambda count: _with(account, holder, "replicas", count))


def _processes(account: Account, holder: Holder) -> Change | None:
    if not holder.knobs.processes:
        return None
    return _greatest(account, range(1, holder.processes), lambda count: _with(account, holder, "processes", count))


def _every_share(account: Account) -> Change | None:
    """Hold every process of everybody to one share, for where no single holder is to blame."""
    most = max((one.each for one in account.holders if one.knobs.size), default=0)
    change = _greatest(account, range(1, most), lambda each: _with_shares(account, each))
    if change is None or len(change.settings) <= NAMED:
        return change
    each = max(one.each for one in change.after.holders if one.knobs.size)
    return change._replace(text=f"lower what every process holds to at most {each:,}")


def _with(account: Account, holder: Holder, figure: str, value: int) -> Trial:
    return account.changed(holder, **{figure: value}), ((getattr(holder.knobs, figure), value),)


def _with_share(account: Account, holder: Holder, each: int) -> Trial:
    overflow = each * holder.overflow // holder.each
    figures = {"size": each - overflow, "overflow": overflow}
    settings = [
        (getattr(holder.knobs, figure), value) for figure, value in figures.items() if value != getattr(holder, figure)
    ]
    return account.changed(holder, **figures), tuple(one for one in settings if one[0])


def _with_shares(account: Account, each: int) -> Trial:
    settings: Settings = ()
    for holder in account.holders:
        if holder.knobs.size and holder.each > each:
            account, more = _with_share(account, holder, each)
            settings += more
    return account, settings


def _greatest(account: Account, values: range, trial: Callable[[int], Trial]) -> Change | None:
    """Return the change to the greatest of some values with which the sum fits; a sum only grows with its values."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if trial(values[middle])[0].fits:
            low = middle + 1
        else:
            high = middle
    if not low:
        return None
    after, settings = trial(values[low - 1])
    return Change(_words(account, settings), settings, after) if after.fits else None


def _words(account: Account, settings: Settings) -> str:
    before = dict(_figures(account))
    *first, last = [f"{name} from {before[name]:,} to {value:,}" for name, value in settings]
    return f"lower {', '.join(first)} and {last}" if first else f"lower {last}"


def _figures(account: Account) -> Iterator[tuple[str, int]]:
    """Yield every figure that can be set, by what it is called."""
    for holder in account.holders:
        for figure, name in holder.knobs._asdict().items():
            if name:
                yield name, getattr(holder, figure)
