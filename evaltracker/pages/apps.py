"""The app of pages."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class PagesConfig(LoadsHooks, AppConfig):
    name = "evaltracker.pages"
    label = "pages"
