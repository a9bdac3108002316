"""The app of pages."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class PagesConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.pages"
    label = "pages"
