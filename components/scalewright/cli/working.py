"""A sign that a command is still at work, on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def working(text: Callable[[], str]) -> Iterator[None]:
    """Show a spinner beside a text that is asked for again and again, and nothing where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    spinner = Spinner("dots")

    def render() -> Spinner:
        spinner.update(text=text())
        return spinner

    with Live(console=console, get_renderable=render, transient=True, refresh_per_second=8):
        yield
