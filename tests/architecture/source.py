"""The product's source, read once for all tests of the architecture."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evaltracker", "stakeholders", "vendors", "trials")


@cache
def sources() -> dict[Path, str]:
    """The product's Python without migrations, by its path from the root."""
    return {
        path.relative_to(ROOT): path.read_text()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of `sources`, parsed."""
    return {path: ast.parse(text) for path, text in sources().items()}


@cache
def parsed(*folders: str) -> dict[Path, ast.Module]:
    """Every module below these folders, parsed."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def module_name(path: Path) -> str:
    """The name under which a module is imported."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
