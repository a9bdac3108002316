"""What failed in a trial and may still be answered, so that it does not count yet."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from trials.models import Gap


def awaiting_reply(path: str = "") -> Q:
    """The condition that the vendor has time left to answer the gap at `path`."""
    return Q(
        **{
            f"{path}reply_until__gt": timezone.now(),
            f"{path}reply_at__isnull": True,
            f"{path}closed_at__isnull": True,
        }
    )


def awaited_replies() -> Subquery:
    """How many gaps a vendor may still answer, beside a row with an `evaluation`.

    With time alone there are fewer, and then more verdicts count.
    """
    gaps = Gap.objects.filter(
        awaiting_reply(), trial__candidate__evaluation=OuterRef("evaluation")
    )
    of = gaps.order_by().values("trial__candidate__evaluation")
    return Subquery(of.annotate(many=Count("pk")).values("many"))
