"""A short name for addresses that no evaluation has yet."""

from django.utils.text import slugify

from evaltracker.evaluations.models import Evaluation


def free_slug(title: str) -> str:
    """A slug from `title` that no evaluation has."""
    stem = slugify(title)[:70] or "evaluation"
    slug, number = stem, 1
    while Evaluation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
