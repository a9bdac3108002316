"""Questions, proposals, requests for contacts, and what is published to vendors."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    Index,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.evaluations.models import (
    Category,
    CommittedRecord,
    Evaluation,
    Requirement,
    SealedRecord,
    User,
)
from evaltracker.toolbox.languages import OFFERED
from evaltracker.toolbox.text import LINE_LIMIT
from vendors.choices import EVENTS, DocumentKind, ProposalState
from vendors.models.candidates import (
    Candidate,
    Contact,
    VendorRecord,
    VendorScopedQuerySet,
)


class ContactRequestQuerySet(VendorScopedQuerySet["ContactRequest"]):
    def visible_to(self, user: User | Any) -> ContactRequestQuerySet:
        """Those of evaluations that `user` owns: who writes to these people."""
        return self.filter(candidate__evaluation__owner=user)


class ContactRequest(VendorRecord):
    candidate = ForeignKey(Candidate, PROTECT, related_name="contact_requests")
    asked_by = ForeignKey(Contact, PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    email = models.EmailField()
    # Whether they are to read drafts and prices, as far as who asks may.
    may_read = models.BooleanField(default=False, db_default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=8, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    state_reason = models.TextField(blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ContactRequestQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = [
            UniqueConstraint(
                fields=("candidate", "email"),
                condition=Q(state=ProposalState.OPEN),
                name="contact_request_open_once",
            ),
            CheckConstraint(
                condition=~Q(state=ProposalState.DECLINED) | ~Q(state_reason=""),
                name="contact_request_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Request for {self.name}"


class Question(CommittedRecord, VendorRecord):
    """A clarification; its answer is for all invited vendors, its asker for none.

    So its row says nothing of who asked: `Asking` does, and without one it is the
    buyer's own. `text` is what all read, which the owner may word anew.
    """

    evaluation_path: ClassVar[str] = "evaluation"
    vendor_path: ClassVar[str] = "askings__candidate__vendor"

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="questions")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="questions", null=True, blank=True
    )
    text = models.TextField()
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["Question"].as_manager()

    class Meta:
        ordering = ("asked_at",)
        indexes = [Index(fields=("asked_at", "id"), name="question_in_lists")]
        constraints = [
            CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""),
                name="question_answered_with_words",
            )
        ]

    @property
    def asking(self) -> Asking | None:
        """Which vendor asked, in which words; None if it is the buyer's own."""
        return next(iter(self.askings.all()), None)


class Asking(CommittedRecord, VendorRecord):
    """That a candidate's vendor asked a question, in its own words.

    A row of its own, because the database's role for vendors reads the questions that
    were answered, whoever asked.
    """

    question = ForeignKey(Question, PROTECT, related_name="askings")
    candidate = ForeignKey(Candidate, PROTECT, related_name="askings")
    words = models.TextField()

    objects: ClassVar = VendorScopedQuerySet["Asking"].as_manager()

    class Meta:
        constraints = [
            # With the candidate in it, so that nobody can probe what a rival asked.
            UniqueConstraint(fields=("candidate", "question"), name="asking_once")
        ]


class Proposal(SealedRecord, VendorRecord):
    since: ClassVar[int] = 1

    candidate = ForeignKey(Candidate, PROTECT, related_name="proposals")
    # Blank while the category is proposed, too, by its name.
    category = ForeignKey(
        Category, PROTECT, related_name="proposals", null=True, blank=True
    )
    new_category = models.CharField(
        max_length=LINE_LIMIT, blank=True, default="", db_default=""
    )
    text = models.TextField()
    reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=8, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    state_reason = models.TextField(blank=True)
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="proposals", null=True, blank=True
    )
    ruled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["Proposal"].as_manager()

    class Meta:
        ordering = ("proposed_at",)
        indexes = [Index(fields=("proposed_at", "id"), name="proposal_in_lists")]
        constraints = [
            CheckConstraint(
                condition=~Q(state=ProposalState.DECLINED) | ~Q(state_reason=""),
                name="proposal_declined_with_a_reason",
            ),
            CheckConstraint(
                condition=~Q(state=ProposalState.ACCEPTED)
                | Q(requirement__isnull=False),
                name="proposal_accepted_is_a_requirement",
            ),
        ]

    @property
    def category_name(self) -> str:
        if self.category:
            return self.category.name
        return self.new_category


class PublishedDocument(CommittedRecord, VendorRecord):
    """A text of the buyer's for one invitation; the database refuses every change."""

    uncommitted: ClassVar = {"language": "The text is what counts."}
    joined: ClassVar = {"version": 2, "facts": 2}

    candidate = ForeignKey(Candidate, PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    # Of an annex there are several; all else stays at 1.
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    # What an annex was written from. No vendor reads it: there are weights in it.
    facts = models.JSONField(default=dict, db_default={}, blank=True)
    text = models.TextField(help_text="Paragraphs with a blank line between them.")
    published_at = models.DateTimeField(default=timezone.now)
    sha256 = models.CharField(max_length=64)
    language = models.CharField(
        max_length=2, choices=list(OFFERED.items()), default="en", db_default="en"
    )

    objects: ClassVar = VendorScopedQuerySet["PublishedDocument"].as_manager()

    class Meta:
        ordering = ("published_at",)
        constraints = [
            UniqueConstraint(
                fields=("candidate", "kind", "version"),
                name="published_document_once",
            ),
            CheckConstraint(
                condition=Q(version=1) | Q(kind=DocumentKind.ANNEX),
                name="published_document_annex_has_versions",
            ),
            CheckConstraint(
                condition=~Q(text=""), name="published_document_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.candidate}"


class DocumentReply(SealedRecord, VendorRecord):
    """What somebody of the vendor said to a version of its annex: what is wrong in a
    line, or by their name that the whole is right, word for word."""

    only_grows: ClassVar[bool] = True
    uncommitted: ClassVar = {"address": "It is read here alone, and does not travel."}

    candidate = ForeignKey(Candidate, PROTECT, related_name="+")
    document = ForeignKey(PublishedDocument, PROTECT, related_name="replies")
    # Blank: it confirms the whole.
    line = models.CharField(max_length=10, blank=True)
    words = models.TextField()
    # From whose it was confirmed, in small letters.
    address = models.CharField(max_length=254, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=300)

    objects: ClassVar = VendorScopedQuerySet["DocumentReply"].as_manager()

    class Meta:
        ordering = ("made_at",)
        constraints = [
            UniqueConstraint(
                fields=("document",),
                condition=Q(line=""),
                name="document_confirmed_once",
            )
        ]


class VendorEvent(VendorRecord):
    """An entry of the journal that concerns an invitation, without what it says."""

    candidate = ForeignKey(Candidate, PROTECT, related_name="events")
    # Of the entry; no vendor reads it, for what lies between would tell of others.
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=24)
    at = models.DateTimeField()
    subject = models.JSONField(null=True)
    # No two at once, so who reads on from one misses none.
    placed_at = models.DateTimeField()

    class Meta:
        ordering = ("placed_at",)
        indexes = [Index(fields=("candidate", "placed_at"), name="event_in_lists")]
        constraints = [
            UniqueConstraint(fields=("candidate", "number"), name="vendor_event_once"),
        ]

    @property
    def text(self) -> str:
        return str(EVENTS[self.type]["text"])


class AboutRevision(CommittedRecord):
    """What vendors are told of a purchase: releases stay, one is a draft."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="about_revisions")
    # 0 names nobody but the owner, where vendors were invited before there were any.
    revision = models.PositiveSmallIntegerField()
    purpose = models.TextField(blank=True)
    # Who asks, the owner first: name, role, email and phone of each.
    people = models.JSONField(default=list, blank=True)
    # Lines of an ISO day, a blank and words, in the order of time.
    timetable = models.JSONField(default=list, blank=True)
    judged = models.TextField(blank=True)
    # The SHA-256 of files that are attached to the brief.
    files = models.JSONField(default=list, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("evaluation", "revision")
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "revision"), name="about_revision_once"
            ),
            UniqueConstraint(
                fields=("evaluation",),
                condition=Q(released_at__isnull=True),
                name="about_revision_one_draft",
            ),
            CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(purpose="") | Q(revision=0),
                name="about_revision_released_says_why",
            ),
        ]
