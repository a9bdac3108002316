"""Where the browser of the browser tests is, and how long it is waited for."""

import os
import shutil

# Milliseconds; it only guards against waiting for ever.
WAITS = 30_000
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """The system's browser: $CHROMIUM, else the first known name on PATH."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
