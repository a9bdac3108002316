"""In which language somebody at a vendor reads."""

from evaltracker.evaluations.models import Evaluation
from vendors.models import Contact


def language_of(
    contact: Contact | None, evaluation: Evaluation, browser: str = ""
) -> str:
    """Their own, else what their browser asks for, else the evaluation's: a tag."""
    own = contact.language if contact else ""
    return own or browser or evaluation.vendor_language
