"""The environment of many services, of which the growth of a render is measured."""

import shutil
from pathlib import Path

from bench.project import ROOT
from bench.render import declare

from scalewright.declaration import load


def test_it_is_a_declaration_of_so_many_services_that_have_all_that_the_shops_own_has(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "backend.py", tmp_path / "stacks")
    declare(tmp_path / "stacks" / "Pulumi.many-7.yaml", 7)
    services = load(tmp_path, "many-7").services
    assert len(services) == 7 + 1
    assert all(one.outbox and one.database and one.scale.metrics for one in services.values())
