"""The log as it is written in production, from its quietest line on."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.stdlib import ProcessorFormatter


@contextmanager
def written() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, in the product's own format."""
    root = logging.getLogger()
    formats = [handler.formatter for handler in root.handlers]
    handler = logging.StreamHandler(paper := io.StringIO())
    handler.setFormatter(next(f for f in formats if isinstance(f, ProcessorFormatter)))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield paper
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
