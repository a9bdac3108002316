"""The layers that the first import contract in pyproject.toml lists."""

import tomllib

from tests.architecture.source import PACKAGES, ROOT


def layers() -> list[list[str]]:
    """The modules of each layer, from top to bottom; those of one do not mix."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    contract = tool["importlinter"]["contracts"][0]
    return [
        [module.strip() for module in layer.split("|")] for layer in contract["layers"]
    ]


def modules() -> set[str]:
    """Everything that has to belong to a layer."""
    inner = {
        f"evaltracker.{path.stem}"
        for path in (ROOT / "evaltracker").iterdir()
        if path.name != "__init__.py"
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    return inner | {name for name in PACKAGES if name != "evaltracker"}
