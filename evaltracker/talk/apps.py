"""The app of comments and attached files."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class TalkConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.talk"
    label = "talk"
