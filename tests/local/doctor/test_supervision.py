import subprocess
import sys
from pathlib import Path

from scalewright.local.doctor.supervision import at_work
from scalewright.local.state import State

HOLD = """
import sys
from pathlib import Path
from scalewright.local.state import State

with State(Path(sys.argv[1]), "local").locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_command_that_holds_the_state_is_told_while_it_lives_and_not_from_what_it_left_behind(tmp_path: Path) -> None:
    state = State(tmp_path, "local")
    assert at_work(state) is None
    state.create()
    (state / "lock").write_text("")
    assert at_work(state) is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert at_work(state) == f"scalewright with pid {holder.pid}"
        holder.communicate(timeout=60)
    assert at_work(state) is None
