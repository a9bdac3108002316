"""What we need, where we are, and what is owed to whom."""

from evaltracker.evaluations.models.account_log import AccountEntry, Visit
from evaltracker.evaluations.models.evaluation import (
    CommittedRecord,
    Entry,
    Evaluation,
    JournalHead,
    OwnQuerySet,
    Record,
    ScopedQuerySet,
)
from evaltracker.evaluations.models.notices import (
    ChatWebhook,
    ChoreDone,
    ColumnMemory,
    Import,
    ImportDraft,
    ImportedHistory,
    ImportWork,
    Notice,
)
from evaltracker.evaluations.models.people import CachedValue, User
from evaltracker.evaluations.models.requirements import (
    BriefField,
    Category,
    Demand,
    EvaluationTemplate,
    Metric,
    Requirement,
    Scope,
    ScopeValue,
)
from evaltracker.evaluations.models.talk import AttachedFile, Comment, Mention

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
