"""What is rewritten before the workers start is what pytest would write and read."""

from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import rewrite

from tests.rewriting import rewrite_module

SOURCE = "def test_it():\n    assert [1] == [2]\n"


def test_a_module_is_rewritten_once_until_it_changes(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    module = tmp_path / "test_it.py"
    file = rewrite.get_cache_dir(module) / f"test_it{rewrite.PYC_TAIL}"
    module.write_text(SOURCE)
    rewrite_module(module, pytestconfig)
    code = rewrite._read_pyc(module, file)
    assert code is not None, "pytest would not read it"
    names: dict[str, Any] = {}
    exec(code, names)
    with pytest.raises(AssertionError, match=r"assert \[1\] == \[2\]"):
        names["test_it"]()

    first = file.stat().st_ino
    rewrite_module(module, pytestconfig)
    assert file.stat().st_ino == first
    module.write_text(SOURCE.replace("2", "3"))
    assert rewrite._read_pyc(module, file) is None
    rewrite_module(module, pytestconfig)
    assert rewrite._read_pyc(module, file) is not None
