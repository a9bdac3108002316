"""The app of vendors."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class VendorsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "vendors"
    label = "vendors"
