"""Who has a say, and who signed."""

from stakeholders.models.people import Delegation, RoleWeight, Stakeholder
from stakeholders.models.sign_offs import (
    Condition,
    SignedDocument,
    SignOff,
    SignOffRule,
)

__all__ = [
    "Condition",
    "Delegation",
    "RoleWeight",
    "SignOff",
    "SignOffRule",
    "SignedDocument",
    "Stakeholder",
]
