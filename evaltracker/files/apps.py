"""The app of files."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class FilesConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.files"
    label = "files"
