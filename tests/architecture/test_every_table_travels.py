"""A new table is exported with its evaluation, or somebody says why it is not."""

import json
from pathlib import Path

from evaltracker.pages.workspace import EVERYTHING, whole_journal
from evaltracker.portable.registry import left_out, own_models, parts
from evaltracker.portable.writing import schema

ROOT = Path(__file__).resolve().parents[2]


def test_every_table_travels_or_has_a_reason_not_to() -> None:
    travelling = {part.model for part in parts()}
    assert len({part.name for part in parts()}) == len(parts())
    forgotten = {
        model for model in own_models() if model not in travelling | left_out().keys()
    }
    assert forgotten == set(), "register_part or leave_out it in its app's portable"
    assert all(len(reason) > 8 for reason in left_out().values())


def test_columns_that_stay_have_a_reason() -> None:
    for part in parts():
        names = {field.name for field in part.model._meta.concrete_fields}
        assert part.without.keys() <= names, part.name
        assert all(len(reason) > 8 for reason in part.without.values())


def test_no_secret_travels() -> None:
    words = ("token", "secret", "password", "digest_of_feed", "webhook", "session")
    for part in parts():
        for field in part.fields:
            assert not any(word in field.name for word in words), field


def test_what_the_journal_seals_is_sealed_in_exports_too() -> None:
    sealed = {part.model._meta.model_name for part in parts() if part.sealed}
    stay = {model._meta.model_name for model in left_out()}
    assert set(whole_journal().seals) <= sealed | stay | {EVERYTHING}


def test_the_schema_in_the_docs_is_the_schema() -> None:
    kept = json.loads((ROOT / "docs" / "export.schema.json").read_text())
    assert kept == schema(), "./dev manage export_schema > docs/export.schema.json"
