"""What every test may ask for."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect

from tests.chromium import WAITS, find_chromium

pytest_plugins = [
    "tests.garbage",
    "tests.as_application",
    "tests.availability",
    "tests.costs",
    "tests.figures",
    "tests.flush",
    "tests.lock_order",
    "tests.object_store",
    "tests.order",
    "tests.rewriting",
    "tests.smtp_sink",
    "tests.summary",
    "tests.template_database",
    "tests.tiers",
    "tests.journal_coverage",
    "tests.fixture_cache",
]

# A busy machine is no failure: what is quick is for the benchmarks to say.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")
expect.set_options(timeout=WAITS)

# Playwright's loop makes Django believe that it runs inside asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_configure(config: pytest.Config) -> None:
    """Make what is read of the translations, once for all processes."""
    if not hasattr(config, "workerinput"):
        from tests.architecture.words import compile_all

        compile_all()


@pytest.fixture(autouse=True)
def _forget_counts() -> Iterator[None]:
    """What a test counted on a day to come would last into the next tests."""
    yield
    caches["process"].clear()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Start the system's Chromium, never a downloaded one; it finds only this machine,
    so nothing that a page asks for leaves it."""
    return {
        "executable_path": find_chromium(),
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--host-resolver-rules="
            "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }
