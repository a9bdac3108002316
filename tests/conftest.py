"""What every test may ask for."""

from __future__ import annotations

import os
import shutil

import pytest

# Playwright's loop makes Django believe that it runs inside asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """The system's browser: $CHROMIUM, else the first known name on PATH."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Start the system's Chromium, never a downloaded one."""
    return {
        "executable_path": find_chromium(),
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }
