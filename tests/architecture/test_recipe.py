"""The recipe of docs/developers/adding.md, followed word by word in a copy.

A table comes with its page, act, import and notice, and nothing that names a forgotten
duty fails.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT

PART = (
    (ROOT / "docs" / "developers" / "adding.md")
    .read_text()
    .partition("## A table with page, import and notice\n")[2]
    .partition("\n## ")[0]
)
BLOCK = re.compile(r"(.*?)^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`([\w/]+\.(?:py|txt|html|json))`")
PLACE = re.compile(r"(before|after)\s+`([^`]+)`:")
COPIED = (
    *PACKAGES,
    *("locale", "tests", "docs", "manage.py", "pyproject.toml", "requirements.txt"),
)
# Each names a duty of something that the recipe adds.
DUTIES = (
    "architecture/test_adding.py",
    "architecture/test_every_table_travels.py",
    "architecture/test_layers.py",
    "architecture/test_hooks.py",
    "architecture/test_journal_words.py",
    "architecture/test_migrations_and_old_code.py",
    "stakeholders/test_fruit.py",
)
BIN = Path(sys.executable).parent
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0")
MANAGE = (sys.executable, "manage.py")
# In one process: loading the product is what takes its time.
CHECKS = """
import django
from django.core.management import call_command

django.setup()
call_command("check")
call_command("makemigrations", check_changes=True, dry_run=True)
"""
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "DATA_DIR"},
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "DATABASE_URL": "",
    "REDIS_URL": "",
}


def write(target: Path, prose: str, code: str) -> None:
    """Put a block where the words before it say."""
    if place := PLACE.search(prose):
        side, line = place.groups()
        text = target.read_text()
        assert text.count(f"\n{line}") == 1, f"{target.name} has not one “{line}”"
        at = text.index(f"\n{line}") + 1
        at = at if side == "before" else text.index("\n", at) + 1
        target.write_text(text[:at] + code + text[at:])
    elif "end of" in prose or "at its end" in prose:
        target.write_text(f"{target.read_text()}{code}")
    else:
        assert not target.exists(), f"{target.name} is there already"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code)


def follow(copy: Path) -> Iterator[str]:
    """Write the files of the recipe in their order; its commands when they come."""
    path = ""
    for prose, language, code in BLOCK.findall(PART):
        if language == "sh":
            yield code
        else:
            path = [path, *FILE.findall(prose)][-1]
            write(copy / path, prose, code)


def start(copy: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=copy,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_each_file_of_the_recipe_finds_its_place_and_can_be_read(
    tmp_path: Path,
) -> None:
    # Those that are there before; the others come with the recipe.
    named = {name for name in FILE.findall(PART) if (ROOT / name).exists()}
    for name in named:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)

    commands = list(follow(tmp_path))

    assert any("makemigrations" in command for command in commands)
    for path in tmp_path.rglob("*.py"):
        ast.parse(path.read_text(), str(path))


@pytest.mark.nightly(
    reason="Copies the tree and runs its checks; each push writes the recipe's files.",
    short="::test_each_file_of_the_recipe_finds_its_place_and_can_be_read",
)
def test_a_table_with_page_import_and_notice_comes_as_the_recipe_says(
    tmp_path: Path,
) -> None:
    left = shutil.ignore_patterns("__pycache__", "images", "corpus")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=left)
        else:
            shutil.copy2(ROOT / name, tmp_path / name)
    for code in follow(tmp_path):
        command = code.replace(".venv/bin", str(BIN))
        command = command.replace("./dev manage", " ".join(MANAGE))
        step = start(tmp_path, "sh", "-ec", command)
        output, _ = step.communicate()
        assert step.returncode == 0, f"{code}\n{output}"

    duties = [f"tests/{name}" for name in DUTIES]
    steps = {
        # The slowest of them looks at nothing that the recipe adds.
        "tests": start(tmp_path, *PYTEST, "-k", "not stage_is_assigned", *duties),
        "imports": start(tmp_path, f"{BIN}/lint-imports", "--no-logo"),
        "lint": start(tmp_path, f"{BIN}/ruff", "check", "stakeholders"),
        "checks": start(tmp_path, sys.executable, "-c", CHECKS),
    }
    outputs = {name: step.communicate()[0] for name, step in steps.items()}
    failed = [outputs[name] for name, step in steps.items() if step.returncode]

    assert not failed, "\n".join(failed)
