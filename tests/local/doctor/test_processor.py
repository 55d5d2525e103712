from scalewright.local.doctor.processor import judge


def test_saturated_cores_name_who_is_at_work() -> None:
    assert judge(40.0, 2, 0.8, []).seen == "40 % of 2 cores used, load 0.8"
    found = judge(99.0, 2, 6.0, [("python", 7, 150.0, True), ("cc1", 8, 40.0, False)])
    assert found.level == "note"
    assert "python (pid 7) 150 %, cc1 (pid 8, not of this environment) 40 %" in str(found.cause)
