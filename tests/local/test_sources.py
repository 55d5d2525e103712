import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scalewright.local.site import UNPRIVILEGED
from scalewright.local.sources import digests

#: Permissions do not bind root, except in a user namespace in which it is nobody.
BOUND = UNPRIVILEGED["userns" if os.geteuid() == 0 else "self"]
NAMES_ARE_BYTES = pytest.mark.skipif(sys.platform == "darwin", reason="macOS allows only names in UTF-8")
DIGESTS = """
import json, sys
from pathlib import Path
from scalewright.local.errors import PlatformError
from scalewright.local.sources import digests

try:
    digests(Path(sys.argv[1]), json.loads(sys.argv[2]))
except PlatformError as error:
    print(error)
"""

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


def test_an_alembic_configuration_that_makes_no_sense_still_has_a_digest(app: Path) -> None:
    assert changed(app, "alembic.ini", "no section\n") == {"migrations"}
    assert digests(app, PARTS)["migrations"].startswith("sha256:")


def test_code_that_lies_elsewhere_has_no_digest(tmp_path: Path) -> None:
    assert digests(tmp_path, {"installed.main:app": "installed.main:app"}) == {}


def test_an_alembic_configuration_in_another_encoding_still_tells_where_its_migrations_are(app: Path) -> None:
    (app / "alembic.ini").write_text("# für Müller\n[alembic]\nscript_location = migrations\n", encoding="latin-1")
    assert changed(app, "migrations/versions/0002.py") == {"migrations"}
    (app / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n", encoding="utf-16")
    assert digests(app, PARTS)["migrations"].startswith("sha256:")


@pytest.mark.parametrize("name", ["0002.py", pytest.param("für-müller.py", marks=NAMES_ARE_BYTES)])
def test_migrations_in_a_folder_elsewhere_are_digested(
    app: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (app / "alembic.ini").write_text(f"[alembic]\nscript_location = {elsewhere}\n")
    assert changed(app, str(elsewhere / os.fsdecode(name.encode("latin-1")))) == {"migrations"}


@pytest.mark.parametrize(
    ("location", "folder"), [("shop:migrations", "shop/migrations"), ("shop.kit:sql:versions", "shop/kit/sql/versions")]
)
def test_migrations_within_a_package_are_digested(app: Path, location: str, folder: str) -> None:
    (app / "alembic.ini").write_text(f"[alembic]\nscript_location = {location}\n")
    (app / folder).mkdir(parents=True)
    assert "migrations" in changed(app, f"{folder}/0001.py")
    assert "migrations" in changed(app, f"{folder}/0001.py", "x = 3\n")
    assert changed(app, "migrations/versions/0002.py") == set()


def test_migrations_of_an_installed_package_are_known_by_their_configuration_alone(app: Path) -> None:
    assert changed(app, "alembic.ini", "[alembic]\nscript_location = installed:migrations\n") == {"migrations"}


@pytest.mark.parametrize("location", ["%(here)s/migrations", "migrations", "../migrations", "shop:migrations"])
def test_migrations_have_the_same_digest_wherever_the_project_lies(
    app: Path, tmp_path_factory: pytest.TempPathFactory, location: str
) -> None:
    (app / "source").mkdir()
    (app / "source" / "alembic.ini").write_text(f"[alembic]\nscript_location = {location}\n")
    for name in ("migrations", "shop/migrations"):
        (app / "source" / name).mkdir(parents=True)
        (app / "source" / name / "env.py").write_text("x = 1\n")
    other = tmp_path_factory.mktemp("other") / "a project" / "app"
    shutil.copytree(app, other)
    assert digests(app / "source", PARTS) == digests(other / "source", PARTS)


def test_code_that_cannot_be_read_is_named_together_with_the_remedy(app: Path) -> None:
    refused = [app / name for name in ("alembic.ini", "migrations/versions", "shop/seed.py")]
    (app / "alembic.ini").write_text("[alembic]\n")
    modes = [path.stat().st_mode for path in refused]

    def troubles() -> list[str]:
        command = [*BOUND, sys.executable, "-c", DIGESTS, str(app), json.dumps(PARTS)]
        return subprocess.check_output(command, text=True, timeout=60).splitlines()

    try:
        assert troubles() == []
        for path in refused:
            path.chmod(0)
        unread = troubles()
        refused[0].chmod(0o644)
        read = troubles()
    finally:
        for path, mode in zip(refused, modes, strict=True):
            path.chmod(mode)
    remedy = "cannot be read: Permission denied. Give yourself the right to read it, or move it out of the application"
    assert set(unread) == {f"{app / name} {remedy}" for name in ("alembic.ini", "shop/seed.py")}
    assert set(read) == {f"{app / name} {remedy}" for name in ("migrations/versions", "shop/seed.py")}
    assert len(unread) == len(read) == 2
