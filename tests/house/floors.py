"""The floors of the house as the import contract in pyproject.toml lists them.

`python -m tests.house.floors` draws them; docs/developers/architecture.md
holds the drawing, and a test compares the two.
"""

import ast
import sys
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evaltracker", "stakeholders", "vendors", "trials")


def floors() -> list[list[str]]:
    """The modules of each floor, from top to bottom; those of one do not mix."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    contract = tool["importlinter"]["contracts"][0]
    return [
        [module.strip() for module in layer.split("|")] for layer in contract["layers"]
    ]


def modules() -> set[str]:
    """Everything that has to stand on a floor."""
    inner = {
        f"evaltracker.{path.stem}"
        for path in (ROOT / "evaltracker").iterdir()
        if path.name != "__init__.py"
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    return inner | {name for name in PACKAGES if name != "evaltracker"}


def purpose(module: str) -> str:
    """The first line of a module's docstring."""
    path = ROOT / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text())) or "").splitlines()[0]


def drawing() -> str:
    """The floors as text, the ground at the bottom."""
    listed = floors()
    lines = []
    for number, modules_of in enumerate(listed):
        height = len(listed) - number - 1
        for place, module in enumerate(modules_of):
            floor = f"{height:2}" if place == 0 else "  "
            name = module.removeprefix("evaltracker.")
            about = textwrap.shorten(purpose(module), width=66, placeholder=" …")
            lines.append(f"{floor}  {name:16} {about}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{drawing()}\n")
