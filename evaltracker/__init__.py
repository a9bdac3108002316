"""From "what do we need?" to "this is what we chose, here is the proof"."""

# Bound here, so that a task published by the web process knows its broker.
from evaltracker.celery import app as celery_app

__version__ = "0.2.0"
