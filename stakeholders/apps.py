"""Who has a say, who signed?"""

from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    """Floor 2 of the house."""

    name = "stakeholders"
    label = "stakeholders"
