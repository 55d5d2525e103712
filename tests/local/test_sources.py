from pathlib import Path

import pytest

from scalewright.local.sources import digests

PARTS = {"shop.main:app": "shop.main:app", "shop.relay": "shop.relay", "migrations": "alembic.ini", "seed": "shop.seed"}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "kit").mkdir(parents=True)
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    for name in ("shop/main.py", "shop/seed.py", "shop/kit/cache.py", "migrations/versions/0001.py"):
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    return tmp_path


def changed(app: Path, name: str, text: str = "x = 2\n") -> set[str]:
    """Return the parts whose digest an edit changes."""
    before = digests(app, PARTS)
    (app / name).write_text(text)
    after = digests(app, PARTS)
    return {part for part in PARTS if before[part] != after[part]}


def test_the_same_code_has_the_same_digest_wherever_it_lies(
    app: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "app"
    other.symlink_to(app)
    assert digests(app, PARTS) == digests(other, PARTS)


def test_an_edit_anywhere_in_a_package_changes_what_runs_it_but_no_migration(app: Path) -> None:
    assert changed(app, "shop/kit/cache.py") == {"shop.main:app", "shop.relay"}


def test_a_new_migration_changes_the_migrations_alone(app: Path) -> None:
    assert changed(app, "migrations/versions/0002.py") == {"migrations"}


def test_a_change_of_the_seed_is_one_of_its_package_too(app: Path) -> None:
    assert changed(app, "shop/seed.py") == {"shop.main:app", "shop.relay", "seed"}


def test_an_alembic_configuration_that_cannot_be_read_still_has_a_digest(app: Path) -> None:
    assert changed(app, "alembic.ini", "no section\n") == {"migrations"}
    assert digests(app, PARTS)["migrations"].startswith("sha256:")


def test_code_that_lies_elsewhere_has_no_digest(tmp_path: Path) -> None:
    assert digests(tmp_path, {"installed.main:app": "installed.main:app"}) == {}
