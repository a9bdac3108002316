"""Makes the tests' kinds known to workers and to `send_notices`."""

from importlib import import_module

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Has no models."""

    name = "tests.faults.notices"
    label = "notice_faults"

    def ready(self) -> None:
        """Register kinds."""
        import_module("tests.notices.kinds")
