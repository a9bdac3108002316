"""Finding an evaluation by its slug, for commands."""

from django.core.management.base import CommandError

from evaltracker.evaluations.models import Evaluation


def evaluation_of(slug: str) -> Evaluation:
    """The evaluation of that slug, or a sentence with the slugs there are."""
    found = Evaluation.objects.select_related("owner").filter(slug=slug).first()
    if found is not None:
        return found
    slugs = Evaluation.objects.order_by("slug").values_list("slug", flat=True)[:10]
    known = f" There are: {', '.join(slugs)}." if slugs else " There are none."
    raise CommandError(f"There is no evaluation “{slug}”.{known}")
