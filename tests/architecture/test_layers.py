"""Rules of the layers that an import linter cannot see."""

import ast

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.layers import layers, modules
from tests.architecture.source import PACKAGES, ROOT, sources, trees

APPS = ["evaluations", "stakeholders", "vendors", "trials", "workflow"]
OURS = [model for label in APPS for model in apps.get_app_config(label).get_models()]


def test_every_foreign_key_points_down() -> None:
    for model in OURS:
        height = APPS.index(model._meta.app_label)
        for field in model._meta.get_fields():
            target = field.related_model
            if field.auto_created or not isinstance(target, type):
                continue
            label = target._meta.app_label
            if label in APPS:
                assert APPS.index(label) <= height, f"{model.__name__}.{field.name}"


def test_every_model_that_people_read_has_a_scope() -> None:
    unread = {"JournalHead", "IdempotencyRecord", "ChoreDone", "RefusedCall"}
    unread |= {"CachedValue"}
    open_to_all = {
        model.__name__
        for model in OURS
        if not hasattr(model._default_manager, "visible_to")
    }
    assert len(OURS) > 80
    assert open_to_all <= unread


def test_no_foreign_key_deletes_what_hangs_on_it() -> None:
    for model in OURS:
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                assert field.remote_field.on_delete is models.PROTECT, field


def test_a_stage_is_assigned_in_one_place() -> None:
    found = set()
    for path, tree in trees().items():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(
                isinstance(target, ast.Attribute) and target.attr == "stage"
                for target in targets
            ):
                found.add(path.as_posix())
    assert found == {"evaltracker/workflow/services/stages.py"}


@pytest.mark.parametrize("package", ["trials/scoring", "vendors/costs"])
def test_the_formulas_know_no_framework(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", [])]
            module = getattr(node, "module", "") or ""
            imported = [module] if isinstance(node, ast.ImportFrom) else names
            if isinstance(node, ast.Import | ast.ImportFrom):
                roots = {name.split(".")[0] for name in imported}
                assert not roots & {"django", "rest_framework"}, path.name


def test_vendor_words_are_never_trusted_as_markup() -> None:
    marks = ("mark_safe(", "autoescape off", "|safe")
    templates = [
        path.relative_to(ROOT)
        for folder in PACKAGES
        for path in (ROOT / folder).rglob("*.html")
        if any(mark in path.read_text() for mark in marks)
    ]
    code = [
        path for path, text in sources().items() if any(mark in text for mark in marks)
    ]
    # The matrix alone joins HTML by hand, for speed, and escapes every piece of it.
    assert [path.as_posix() for path in [*templates, *code]] == [
        "trials/admin/matrix_html.py"
    ]


def test_every_module_has_its_layer() -> None:
    listed = {module for layer in layers() for module in layer}
    assert modules() == listed, "name it in the first contract of pyproject.toml"
