"""In which language somebody at a vendor reads."""

from evaltracker.evaluations.models import Evaluation
from vendors.models import Contact


def language_of(contact: Contact | None, evaluation: Evaluation) -> str:
    """Their own, else the evaluation's, as a tag."""
    return (contact.language if contact else "") or evaluation.vendor_language
