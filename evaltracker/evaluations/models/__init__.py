"""What we need, where we are, and what is owed to whom."""

from evaltracker.evaluations.models.account_log import AccountEntry
from evaltracker.evaluations.models.base import (
    CommittedRecord,
    OwnQuerySet,
    Record,
    ScopedQuerySet,
)
from evaltracker.evaluations.models.brief_fields import BriefField
from evaltracker.evaluations.models.cached import CachedValue
from evaltracker.evaluations.models.comments import Comment, Mention
from evaltracker.evaluations.models.evaluation import Evaluation
from evaltracker.evaluations.models.files import AttachedFile
from evaltracker.evaluations.models.imported import ImportedHistory
from evaltracker.evaluations.models.imports import (
    ColumnMemory,
    Import,
    ImportDraft,
    ImportWork,
)
from evaltracker.evaluations.models.journal import Entry, JournalHead
from evaltracker.evaluations.models.notices import ChatWebhook, ChoreDone, Notice
from evaltracker.evaluations.models.people import User
from evaltracker.evaluations.models.requirements import Category, Metric, Requirement
from evaltracker.evaluations.models.scopes import Demand, Scope, ScopeValue
from evaltracker.evaluations.models.templates import EvaluationTemplate
from evaltracker.evaluations.models.visits import Visit

__all__ = [
    "AccountEntry",
    "AttachedFile",
    "BriefField",
    "CachedValue",
    "Category",
    "ChatWebhook",
    "ChoreDone",
    "ColumnMemory",
    "Comment",
    "CommittedRecord",
    "Demand",
    "Entry",
    "Evaluation",
    "EvaluationTemplate",
    "Import",
    "ImportDraft",
    "ImportWork",
    "ImportedHistory",
    "JournalHead",
    "Mention",
    "Metric",
    "Notice",
    "OwnQuerySet",
    "Record",
    "Requirement",
    "Scope",
    "ScopeValue",
    "ScopedQuerySet",
    "User",
    "Visit",
]
