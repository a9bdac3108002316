"""Requirements, and claims on them."""

from django.conf import settings
from django.db import models


class Requirement(models.Model):
    """What is asked."""

    ref = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.ref


class Claim(models.Model):
    """What is answered."""

    vendor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE)
    availability = models.CharField(
        max_length=10,
        choices=[
            (name, name) for name in ("now", "beta", "planned", "on_request", "never")
        ],
    )
    available_from = models.DateField(null=True, blank=True)
    environments = models.JSONField(default=list, blank=True)
    statement = models.TextField(max_length=5000)
    evidence_url = models.URLField(max_length=2000, blank=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-submitted_at",)

    def __str__(self) -> str:
        return f"Claim {self.pk}"
