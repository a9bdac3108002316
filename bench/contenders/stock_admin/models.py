"""Those columns of the product's tables that its lists show."""

from django.db import models


class Person(models.Model):
    """A login."""

    username = models.CharField(max_length=150)

    class Meta:
        managed = False
        db_table = "evaluations_user"

    def __str__(self) -> str:
        return self.username


class Evaluation(models.Model):
    """A purchase."""

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=150)

    class Meta:
        managed = False
        db_table = "evaluations_evaluation"

    def __str__(self) -> str:
        return self.title


class Requirement(models.Model):
    """What is asked."""

    id = models.UUIDField(primary_key=True)
    ref = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "evaluations_requirement"

    def __str__(self) -> str:
        return self.ref


class Candidate(models.Model):
    """What is offered."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=150)

    class Meta:
        managed = False
        db_table = "vendors_candidate"

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A line of the journal."""

    id = models.UUIDField(primary_key=True)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "evaluations_entry"

    def __str__(self) -> str:
        return f"{self.number}"


class Notice(models.Model):
    """A mail that is owed."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT)
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    sent_at = models.DateTimeField(null=True)
    suppressed_because = models.TextField()

    class Meta:
        managed = False
        db_table = "evaluations_notice"

    def __str__(self) -> str:
        return self.kind


class Claim(models.Model):
    """An answer."""

    id = models.UUIDField(primary_key=True)
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT)
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT)
    availability = models.CharField(max_length=10)
    revision = models.PositiveIntegerField()
    by_vendor = models.BooleanField()
    statement = models.TextField()
    submitted_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "vendors_claim"

    def __str__(self) -> str:
        return f"{self.requirement}: {self.candidate}"


class Evidence(models.Model):
    """A verdict."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT)
    source = models.CharField(max_length=8)
    verdict = models.CharField(max_length=9)
    note = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "trials_evidence"

    def __str__(self) -> str:
        return self.verdict
