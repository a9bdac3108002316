"""The app of trials."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class TrialsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "trials"
    label = "trials"
