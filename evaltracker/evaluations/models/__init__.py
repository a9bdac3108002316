"""What we need, where we are, and what is owed to whom."""

from evaltracker.evaluations.models.account_log import AccountEntry, Visit
from evaltracker.evaluations.models.evaluation import (
    AppendOnlyError,
    CommittedRecord,
    Entry,
    Evaluation,
    JournalHead,
    OwnQuerySet,
    Record,
    ScopedQuerySet,
    SealedRecord,
    evaluation_scope,
    new_salt,
)
from evaltracker.evaluations.models.grids import GridView
from evaltracker.evaluations.models.imports import (
    ColumnMemory,
    Import,
    ImportDraft,
    ImportedHistory,
    ImportWork,
)
from evaltracker.evaluations.models.notices import ChoreDone, Notice, Webhook
from evaltracker.evaluations.models.people import (
    CachedValue,
    PersonalToken,
    User,
    check_zone,
    name_columns,
)
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
