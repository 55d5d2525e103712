"""``python -m scalewright``, and the script of that name: the command line."""

import gc
import signal

from scalewright.cli import interruption


def main() -> None:
    """Run the command line; a Ctrl-C while it is being loaded ends like any other."""
    try:
        from scalewright.cli.main import main as run

        run()
    except KeyboardInterrupt:
        interruption.end()
    finally:  # all is done, and Python's own end is nothing to interrupt
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.freeze()  # nor to look for cycles in: among all that Pulumi's SDK is, that took a third of a second


if __name__ == "__main__":
    main()
