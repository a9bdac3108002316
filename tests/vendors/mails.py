"""What vendors are owed, read as it would leave at this moment."""

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import KINDS, Message


def owed(kind: str) -> list[Notice]:
    """Notices of a kind in the order of their addresses."""
    return list(Notice.objects.filter(kind=kind).order_by("address", "created_at"))


def to_whom(kind: str) -> list[str]:
    """The addresses, one for each mail."""
    return [notice.address for notice in owed(kind)]


def why_not(notice: Notice) -> str:
    """Why it would not leave; empty if it would."""
    return KINDS[notice.kind].holds(Notice.objects.get(pk=notice.pk))


def read(notice: Notice) -> Message:
    """The mail; it must hold."""
    fresh = Notice.objects.get(pk=notice.pk)
    assert why_not(fresh) == ""
    return KINDS[notice.kind].compose(fresh)
