"""Every choice of stakeholders."""

from django.db import models


class Role(models.TextChoices):
    """What somebody answers for in an evaluation."""

    IT = "it", "IT"
    ENGINEERING = "engineering", "Engineering"
    DEVOPS = "devops", "DevOps"
    PM = "pm", "PM"
    LEADERSHIP = "leadership", "Leadership"
    SECURITY = "security", "Security"
    LEGAL = "legal", "Legal"
    FINANCE = "finance", "Finance"


class Verdict(models.TextChoices):
    """What a sign-off says."""

    APPROVE = "approve", "Approve"
    CONDITIONS = "conditions", "Conditional approval"
    DECLINE = "decline", "Decline"
    RETURN = "return", "Return for changes"


APPROVALS = (Verdict.APPROVE, Verdict.CONDITIONS)
