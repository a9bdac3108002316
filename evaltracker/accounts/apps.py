"""The app of accounts."""

from django.apps import AppConfig

from evaltracker.toolbox.registry import LoadsHooks


class AccountsConfig(LoadsHooks, AppConfig):
    name = "evaltracker.accounts"
    label = "accounts"
