"""The app of portable."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class PortableConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.portable"
    label = "portable"
