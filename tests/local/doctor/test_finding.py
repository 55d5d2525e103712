import pytest

from scalewright.local.doctor.finding import addressed, mebibytes, ok, quoted, span, trouble, without


def test_no_secret_is_in_any_text() -> None:
    found = without(["s3cret", ""], trouble("x", "said s3cret", "by s3cret", "echo s3cret"))
    assert "s3cret" not in found.model_dump_json()
    assert found.seen == "said (secret)"


@pytest.mark.parametrize(
    ("remedy", "of_dev"),
    [
        ("scalewright up", "scalewright up dev"),
        ("scalewright down && scalewright up  # then", "scalewright down dev && scalewright up dev  # then"),
        ("scalewright logs redis", "scalewright logs --env dev redis"),
        ("scalewright exec postgres -- -c x", "scalewright exec --env dev postgres -- -c x"),
        ("scalewright scale orders=2", "scalewright scale --env dev orders=2"),
        ("kill 7", "kill 7"),
    ],
)
def test_a_remedy_names_the_environment_it_is_for(remedy: str, of_dev: str) -> None:
    found = trouble("x", "y", None, remedy)
    assert addressed(found, "dev").remedy == of_dev
    assert addressed(found, "local").remedy == remedy
    assert addressed(ok("x", "y"), "dev").remedy is None


def test_figures_are_for_readers() -> None:
    assert [span(seconds) for seconds in (0.0123, 1.26, 45.4, 600, 7300)] == ["12 ms", "1.3 s", "45 s", "10 min", "2 h"]
    assert [mebibytes(count) for count in (0, 2**20, 3 * 2**29)] == ["0 MiB", "1 MiB", "1.5 GiB"]
    assert [quoted(path) for path in ("/a/b", "/a b", "it's")] == ["/a/b", "'/a b'", "'it'\\''s'"]
