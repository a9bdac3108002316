"""The tutorial's app."""

from django.apps import AppConfig


class Tutorial(AppConfig):
    """Its tables are made without migrations."""

    name = "bench.contenders.tutorial"
    label = "tutorial"
