"""Test modules get pytest's assertions once, before several workers start.

Each worker would rewrite for itself whatever has no file of its content in
`__pycache__`: after a checkout that is all of it, as often as there are workers.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path

import pytest

# It belongs to the content of its source, whatever the time of either.
HASHED = b"\x03\x00\x00\x00"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Rewrite what the workers are about to import."""
    is_worker = hasattr(config, "workerinput")
    workers = config.getoption("numprocesses", None) or 0
    if is_worker or workers < 2 or sys.dont_write_bytecode:
        return
    # How it is done is pytest's own affair. Where that has changed, workers do it.
    with suppress(ImportError, AttributeError, KeyError, TypeError, ValueError):
        rewrite_modules(config)


def rewrite_modules(config: pytest.Config) -> None:
    """Write the missing files of all modules that are asked for."""
    from _pytest.assertion.rewrite import assertstate_key

    state = config.stash[assertstate_key]
    for path in asked_for(config):
        name = ".".join(path.relative_to(config.rootpath).with_suffix("").parts)
        if state.hook and state.hook._should_rewrite(name, str(path), state):
            # What cannot be read is told where it is collected.
            with suppress(OSError, SyntaxError):
                rewrite_module(path, config)


def asked_for(config: pytest.Config) -> Iterator[Path]:
    """The modules below the arguments of the command."""
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        elif path.suffix == ".py" and path.exists():
            yield path


def rewrite_module(path: Path, config: pytest.Config) -> None:
    """Write the file that pytest reads in place of a module, unless it is there."""
    from _pytest.assertion import rewrite

    folder = rewrite.get_cache_dir(path)
    file = folder / f"{path.stem}{rewrite.PYC_TAIL}"
    if is_fresh(file, path):
        return
    digest, code = rewrite._rewrite_test(path, config)
    folder.mkdir(parents=True, exist_ok=True)
    rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, digest, file)


def is_fresh(file: Path, source: Path) -> bool:
    """Whether it was made of this content by this Python."""
    expected = MAGIC_NUMBER + HASHED + source_hash(source.read_bytes())
    try:
        with file.open("rb") as opened:
            return opened.read(len(expected)) == expected
    except OSError:
        return False
