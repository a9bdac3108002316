"""Removing stored files that no row names."""

import structlog
from django.core.files.storage import default_storage

from evaltracker.decision.selectors import stored_files

logger = structlog.get_logger(__name__)

# More whole files at once than faults leave: rather the database is of another day.
MOST_BY_ITSELF = 100


def remove_old_leftovers() -> None:
    """Remove leftovers that are over a day old; what a chore may do by itself. Where
    whole files are so many that an older database was restored beside newer files, they
    stay, and the log says so: a person decides (`verify_files --remove`)."""
    old = [file for file in stored_files.leftovers() if file.age > stored_files.GRACE]
    whole = [file for file in old if not file.is_half]
    if len(whole) > MOST_BY_ITSELF:
        logger.warning("leftovers_kept", files=len(whole))
        old = [file for file in old if file.is_half]
    remove_leftovers(old)


def remove_leftovers(files: list[stored_files.Leftover]) -> None:
    for file in files:
        default_storage.delete(file.stored_as)
        logger.info("leftover_removed", file=file.stored_as, half=file.is_half)
