"""The app of comments and attached files."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class TalkConfig(LoadsHooks, AppConfig):
    name = "evaltracker.talk"
    label = "talk"
