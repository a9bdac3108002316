"""Who offers, what do they say, what does it cost?"""

from django.apps import AppConfig


class VendorsConfig(AppConfig):
    """Floor 3 of the house."""

    name = "vendors"
    label = "vendors"
