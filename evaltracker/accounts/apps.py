"""Tells the libraries whom to tell."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Not a floor: no table, only listeners and kinds of mail."""

    name = "evaltracker.accounts"

    def ready(self) -> None:
        """Listen to logins, and know the mails about accounts."""
        import_module("evaltracker.accounts.signals")
        import_module("evaltracker.accounts.notices")
