import os
import socket

from scalewright.local.doctor.connections import Client, judge, strangers


def test_connections_are_counted_against_those_that_an_application_may_take() -> None:
    found = judge("postgres", [Client("orders-1", 10, 4)], 100, 3)
    assert (found.level, found.seen) == ("ok", "10 of 97 connections used")


def test_nearly_all_is_a_note_and_all_a_trouble_that_names_the_largest_holder() -> None:
    clients = [Client("report", 70, 70, (4711,)), Client("orders-1", 8, 1)]
    assert judge("postgres", clients, 100, 3).level == "note"
    full = judge("postgres", [Client("report", 88, 88, (4711,)), Client("orders-1", 8, 1)], 100, 3)
    assert full.seen == "96 of 97 connections used: report 88 (88 idle), orders-1 8 (1 idle)"
    assert full.cause == "too many connections: report holds 88 of them"
    assert full.remedy == "kill 4711  # report"


def test_pools_of_ours_that_ask_for_too_much_are_not_killed() -> None:
    found = judge("postgres", [Client("orders-1", 97, 0)], 100, 3)
    assert found.remedy == "scalewright up  # after raising postgres.max_connections (100) in the overlay"


def test_the_holder_of_a_connection_is_found_by_its_port_and_ours_are_left_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        port = client.getsockname()[1]
        assert strangers({"report": [port], "orders-1": [port + 1]}, {"orders-1"}) == {"report": (os.getpid(),)}
        assert strangers({"orders-1": [port]}, {"orders-1"}) == {}
