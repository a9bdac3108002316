"""What is written to be registered is registered, and its duties are done."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from evaltracker.notices.about import About
from evaltracker.notices.kinds import KINDS, NoticeKind

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evaltracker", "stakeholders", "vendors", "trials")
# Calls at the top of a module that add something to a registry of a lower layer.
REGISTERING = {"register", "add", "at", "gate", "evaluation_page", "leave_out"}
# Its words are the owner's.
WORDLESS = {"decision_letter"}


def registers(source: str) -> bool:
    """Whether importing a module with this source registers something."""
    for node in ast.parse(source).body:
        said = list(getattr(node, "decorator_list", ()))
        if isinstance(node, ast.Expr):
            said.append(node.value)
        for call in said:
            function = call.func if isinstance(call, ast.Call) else call
            name = getattr(function, "attr", getattr(function, "id", ""))
            if name in REGISTERING or name.startswith("register_"):
                return True
    return False


def registering_modules() -> set[str]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if not {"migrations", "templatetags", "management"} & set(path.parts)
        and registers(path.read_text())
    }


def test_what_registers_is_imported_when_django_is_ready() -> None:
    program = (
        "import django, sys; django.setup()\n"
        "import evaltracker.urls; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    forgotten = registering_modules() - set(loaded)
    assert not forgotten, (
        f"{', '.join(sorted(forgotten))}: nobody imports it, so what it registers is "
        "not there. Import it in the hooks.py of its app, calls in the api/urls.py."
    )


def subclasses(cls: type[Any]) -> set[type[Any]]:
    return {cls}.union(*(subclasses(sub) for sub in cls.__subclasses__()))


def test_every_notice_kind_is_registered() -> None:
    named = {
        kind
        for kind in subclasses(NoticeKind)
        if "name" in vars(kind) and kind.__module__.startswith(PACKAGES)
    }
    forgotten = named - {type(kind) for kind in KINDS.values()}
    assert not forgotten, f"{forgotten}: decorate it with notices.kinds.register"


def test_every_notice_kind_has_its_words() -> None:
    """A subject, a lead and an action, with an empty line between them."""
    about_something = (name for name in KINDS if isinstance(KINDS[name], About))
    wrong = [name for name in {*about_something} - WORDLESS if paragraphs_of(name) < 3]
    assert wrong == [], "write its words: templates/mail/<name>.txt in its app"


def paragraphs_of(name: str) -> int:
    """How many paragraphs the words of a kind of notice have; 0 if it has none."""
    try:
        template: Any = get_template(f"mail/{name}.txt")
    except TemplateDoesNotExist:
        return 0
    return len(Path(template.origin.name).read_text().strip().split("\n\n"))
