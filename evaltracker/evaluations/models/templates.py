"""Evaluations to start from."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from evaltracker.evaluations.models import User
from evaltracker.evaluations.models.base import Record


class EvaluationTemplateQuerySet(models.QuerySet["EvaluationTemplate"]):
    """Templates, for those who start evaluations."""

    def visible_to(self, user: User) -> Self:
        """All of them for who may start an evaluation, one's own else."""
        if not user.is_active:
            return self.none()
        if user.has_perm("evaluations.add_evaluation"):
            return self
        return self.filter(made_by=user)


class EvaluationTemplate(Record):
    """Requirements, categories, weights and sign-off rules; no vendor, no claim."""

    # It belongs to none.
    evaluation_path: ClassVar[str] = ""

    title = models.CharField(max_length=150, unique=True)
    description = models.TextField(blank=True)
    content = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = EvaluationTemplateQuerySet.as_manager()

    class Meta:
        ordering = ("title",)
        indexes = [
            models.Index(fields=("title", "-id"), name="template_in_lists"),
        ]

    def __str__(self) -> str:
        return self.title
