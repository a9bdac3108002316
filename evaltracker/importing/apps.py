"""The app of importing."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class ImportingConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.importing"
    label = "importing"
