"""What can be imported: each kind says what it reads and how it is taken in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured

from evaltracker.errors import Forbidden
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.rows.subjects import Context, Key, ListType, ParsedRecord
from evaltracker.toolbox.registry import Registry


class ImportKind(ListType):
    tab: ClassVar[str] = ""
    # What a record is called in the preview, and the heads of the fields beside it.
    names: ClassVar[str] = ""
    shown: ClassVar[Mapping[str, str]] = {}
    # One sentence: what a file needs.
    needs: ClassVar[str] = ""
    # The service that does what a plan says, all of it, and logs it as an import: of
    # `evaluation`, `plan`, `by` and `import_id`; and the one that puts back what stood
    # before an `Import`, or refuses with the rows that moved.
    take_in: ClassVar[Callable[..., object]]
    take_back: ClassVar[Callable[..., object]]
    # By key of a record, the values that an `evaluation` has.
    known: ClassVar[Callable[..., Mapping[Key, Mapping[str, Any]]]]

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        """Whether it is `user` who imports such things; the owner unless said."""
        return is_owner(user, evaluation)

    def check_allowed(self, user: User, evaluation: Evaluation) -> None:
        if not self.allowed(user, evaluation):
            raise Forbidden(f"Importing {self.things} is not yours to do here.")

    def context(self, evaluation: Evaluation, user: User) -> Context:
        """What reading needs of the evaluation; what is remembered is added to it."""
        raise NotImplementedError

    def heads(self) -> tuple[str, ...]:
        """The columns of the preview; the first names a record."""
        return (self.names, *self.shown.values())

    def cells(self, record: ParsedRecord) -> Sequence[Any]:
        return (record.name, *(record.values.get(field, "") for field in self.shown))

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        """Field, before and after of what a change changes, as people read them."""
        return [
            (field.replace("_", " "), change.before.get(field), value)
            for field, value in change.after.items()
        ]


KINDS: Registry[str, ImportKind] = Registry("kind of import")


def register_import[K: type[ImportKind]](cls: K) -> K:
    """Class decorator: make a kind known to page, command and undo, or fail loudly."""
    for duty in ("slug", "things", "tab", "needs", "roles", "take_in", "take_back"):
        if not getattr(cls, duty, None):
            raise ImproperlyConfigured(f"{cls.__name__} lacks {duty}.")
    KINDS.register(cls.slug, cls())
    return cls
