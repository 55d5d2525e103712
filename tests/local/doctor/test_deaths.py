import time

from scalewright.local.doctor.deaths import deaths

LOG = """\
2026-11-25 09:00:00,001 INFO supervisord started with pid 7
2026-11-25 09:00:01,002 INFO spawned: 'orders-1' with pid 8
2026-11-25 09:00:02,003 WARN exited: orders-1 (terminated by SIGKILL; not expected)
2026-11-25 10:00:00,001 INFO supervisord started with pid 70
2026-11-25 10:00:01,002 INFO spawned: 'orders-1' with pid 71
2026-11-25 10:00:01,003 INFO spawned: 'redis' with pid 72
2026-11-25 10:00:02,003 WARN exited: redis (exit status 1; not expected)
2026-11-25 10:00:03,004 INFO spawned: 'redis' with pid 73
2026-11-25 10:00:04,004 WARN stopped: orders-1 (terminated by SIGKILL)
2026-11-25 10:00:05,005 WARN exited: redis (terminated by SIGSEGV (core dumped); not expected)
"""


def test_deaths_are_those_since_the_supervisors_last_start_that_nobody_asked_for() -> None:
    first, second = deaths(LOG)
    assert (first.name, first.how, first.pid, first.signal) == ("redis", "exit status 1", 72, None)
    assert (second.name, second.pid, second.signal) == ("redis", 73, "SIGSEGV")
    assert time.strftime("%H:%M:%S", time.localtime(second.at)) == "10:00:05"


def test_a_log_that_says_nothing_of_deaths_has_none() -> None:
    assert deaths("") == []
    assert deaths("2026-11-25 10:00:02,003 CRIT could not write pidfile\nexited: x (terminated by SIGKILL)\n") == []
