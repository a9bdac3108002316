"""What somebody meets first agrees with the product; `./dev check` calls this.

The configuration of the repository's host can be read, and the newest version of
CHANGELOG.md is the product's. Needs no settings of the product.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
VERSION = re.compile(r'^__version__ = "(.+)"$', re.M)
NEWEST = re.compile(r"^## \[(.+?)\]", re.M)


def faults(root: Path) -> Iterator[str]:
    """A sentence for each thing that does not agree."""
    configured = [*root.glob("*.y*ml"), *root.glob(".*.y*ml")]
    for path in sorted([*configured, *(root / ".github").rglob("*.y*ml")]):
        try:
            yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            yield f"{path.relative_to(root)} is no YAML: {error}"
    [version] = VERSION.findall((root / "evaltracker" / "__init__.py").read_text())
    newest = NEWEST.search((root / "CHANGELOG.md").read_text())
    if newest is None or newest[1] != version:
        yield (
            f"The product is version {version}, the newest in CHANGELOG.md is "
            f"{newest[1] if newest else 'none'}. Give {version} a part at its top."
        )


if __name__ == "__main__":
    found = list(faults(ROOT))
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(bool(found))
