"""The template of all test databases is made anew when what it is made of changes."""

from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests import template_database
from tests.template_database import PACKAGES, ROOT, kept, sources, template_name


def test_every_migration_and_what_it_imports_decides_its_name() -> None:
    """Those of the product, by Django's own loader; triggers are imported."""
    loader = MigrationLoader(None)
    modules = {migration.__module__ for migration in loader.disk_migrations.values()}
    ours = {name for name in modules if name.partition(".")[0] in PACKAGES}
    files = {str(path.relative_to(ROOT)) for path in sources()}

    assert ours
    assert {f"{name.replace('.', '/')}.py" for name in ours} <= files
    assert "evaltracker/toolbox/migrating.py" in files
    assert "requirements.txt" in files


def test_another_migration_makes_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that has as many letters as the one before."""
    before = template_name()
    changed = tmp_path / "0001_initial.py"
    monkeypatch.setattr(template_database, "ROOT", tmp_path)
    monkeypatch.setattr(template_database, "sources", lambda: [changed])
    names = set()
    for text in ("a = 1", "a = 2"):
        changed.write_text(text)
        names.add(template_name())

    assert len(names | {before}) == 3


def test_what_was_not_finished_bears_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is given back, so that the next run makes it."""
    monkeypatch.setattr(template_database, "KEPT", tmp_path)
    with pytest.raises(KeyboardInterrupt), kept("sqlite-1") as path:
        path.with_name("sqlite.new").write_text("half")
        raise KeyboardInterrupt

    with kept("sqlite-1") as path:
        assert not path.exists()
        path.write_text("whole")


def test_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently used goes; of the other kind none."""
    monkeypatch.setattr(template_database, "KEPT", tmp_path)
    for number in range(template_database.KEPT_TEMPLATES + 1):
        for kind in ("sqlite", "postgres"):
            with kept(f"{kind}-{number}") as path:
                path.write_text("whole")

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"lock"} | {
        f"{kind}-{number}" for number in range(1, 5) for kind in ("sqlite", "postgres")
    }
