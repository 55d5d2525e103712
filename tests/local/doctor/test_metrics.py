from scalewright.local.doctor.metrics import samples

TEXT = r"""# HELP database_pool_connections_in_use Connections taken from the pool.
# TYPE database_pool_connections_in_use gauge
database_pool_connections_in_use{server="primary"} 5.0
database_pool_connections_in_use{server="a \"b\"",pid="7"} 2 1700000000
database_pool_connections_in_use_total 99.0
outbox_backlog_tasks 1.2e+03
outbox_backlog_tasks{broken="yes"} much
"""


def test_samples_of_one_metric_are_read_by_their_labels() -> None:
    assert samples(TEXT, "database_pool_connections_in_use") == {
        (("server", "primary"),): 5.0,
        (("server", r"a \"b\""), ("pid", "7")): 2.0,
    }
    assert samples(TEXT, "outbox_backlog_tasks") == {(): 1200.0}


def test_what_publishes_no_metrics_has_none() -> None:
    assert samples("<html>not found</html>", "outbox_backlog_tasks") == {}
