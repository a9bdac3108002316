"""The public face agrees with the product, and a face that does not is found."""

from pathlib import Path

from tests.public_face import ROOT, faults


def test_it_agrees() -> None:
    assert list(faults(ROOT)) == []


def test_another_version_and_a_broken_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "evaltracker").mkdir()
    (tmp_path / "evaltracker" / "__init__.py").write_text('__version__ = "2.0.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [1.9.0] - today\n")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "broken.yml").write_text("jobs: [\n")
    broken, other = faults(tmp_path)
    assert broken.startswith(".github/broken.yml is no YAML")
    assert "2.0.0" in other
    assert "1.9.0" in other
