"""The app of comments."""

from django.apps import AppConfig

from evaltracker.toolbox.hooks import LoadsHooks


class CommentsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.comments"
    label = "comments"
