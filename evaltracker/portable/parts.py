"""The tables of the record that travel."""

from evaltracker.evaluations.models import (
    AccountEntry,
    AttachedFile,
    BriefField,
    CachedValue,
    Category,
    ChatWebhook,
    ChoreDone,
    ColumnMemory,
    Comment,
    Demand,
    Entry,
    Evaluation,
    EvaluationTemplate,
    Import,
    ImportDraft,
    ImportedHistory,
    JournalHead,
    Mention,
    Metric,
    Notice,
    Requirement,
    Scope,
    ScopeValue,
    User,
    Visit,
)
from evaltracker.evaluations.topics import TOPICS
from evaltracker.portable import checking as checking
from evaltracker.portable.registry import Part, leave_out, register_part


def hides_a_topic(user: User, evaluation: Evaluation) -> bool:
    """Whether things are sealed from `user` of which somebody may have spoken,
    or to which somebody may have attached a file."""
    reader = User.objects.filter(pk=user.pk)
    return any(
        not topic.people(evaluation, reader).exists() for topic in TOPICS.values()
    )


register_part(Part(name="evaluation", model=Evaluation))
register_part(Part(name="metrics", model=Metric, order=("name",)))
register_part(Part(name="categories", model=Category, order=("position", "name")))
register_part(Part(name="requirements", model=Requirement, order=("position", "ref")))
for part in (
    Part(name="scopes", model=Scope, order=("position", "name"), optional=True),
    Part(
        name="scope_values",
        model=ScopeValue,
        order=("scope", "position"),
        optional=True,
    ),
    Part(
        name="brief_fields",
        model=BriefField,
        order=("position", "label"),
        optional=True,
    ),
    Part(name="demands", model=Demand, order=("requirement", "scope"), optional=True),
):
    register_part(part)
register_part(Part(name="visits", model=Visit, order=("number",)))
register_part(
    Part(
        name="comments",
        model=Comment,
        order=("written_at",),
        optional=True,
        sealed=hides_a_topic,
    )
)
register_part(
    Part(
        name="attached_files",
        model=AttachedFile,
        order=("uploaded_at", "name"),
        optional=True,
        stored=("stored_as", "sha256"),
        sealed=hides_a_topic,
    )
)
register_part(
    Part(
        name="mentions",
        model=Mention,
        order=("comment", "person"),
        optional=True,
        sealed=hides_a_topic,
    )
)

leave_out(User, "People travel by name and address alone, in “people”.")
leave_out(Entry, "It travels, as “journal”, with what its hashes cover.")
leave_out(JournalHead, "It says again what the last entry says.")
leave_out(ImportedHistory, "It is about this installation; the journal tells of it.")
leave_out(Notice, "What is owed to somebody is owed by this installation.")
leave_out(ChatWebhook, "Whoever knows its address may post there.")
leave_out(ChoreDone, "It is about this installation.")
leave_out(CachedValue, "It is forgotten after a while.")
leave_out(AccountEntry, "It is about logins of this installation.")
leave_out(Import, "It undoes what came in here; the journal tells of it.")
leave_out(ImportDraft, "Nobody has said yes to it.")
leave_out(ColumnMemory, "It is about spreadsheets that were read here.")
leave_out(EvaluationTemplate, "It belongs to no evaluation.")
