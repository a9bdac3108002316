"""The app of accounts."""

from django.apps import AppConfig

from evaltracker.kit.hooks import LoadsHooks


class AccountsConfig(LoadsHooks, AppConfig):
    """Loads hooks.py when Django is ready."""

    name = "evaltracker.accounts"
    label = "accounts"
