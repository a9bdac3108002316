"""Removing files that no row names, as a killed process or a failed commit leaves."""

import structlog
from django.core.files.storage import default_storage

from evaltracker.workflow.selectors.kept_files import GRACE, Leftover, leftovers

logger = structlog.get_logger(__name__)
# More whole files at once than faults leave: rather the database is of another day.
MOST_BY_ITSELF = 100


def remove_old_leftovers() -> None:
    """Remove leftovers that are over a day old; what a chore may do by itself.

    Where whole files are so many that an older database was restored beside newer
    files, they stay, and the log says so: a person decides (`verify_files --remove`).
    """
    old = [each for each in leftovers() if each.age > GRACE]
    whole = [each for each in old if not each.is_half]
    if len(whole) > MOST_BY_ITSELF:
        logger.warning("leftovers_kept", files=len(whole))
        old = [each for each in old if each.is_half]
    remove_leftovers(old)


def remove_leftovers(found: list[Leftover]) -> None:
    """Remove these files, each with a line in the log."""
    for each in found:
        default_storage.delete(each.stored_as)
        logger.info("leftover_removed", file=each.stored_as, half=each.is_half)
