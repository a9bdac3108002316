"""How the product says no: one family of errors, one sentence each.

Services raise these; the admin and the API turn `status` into an answer and show
`sentence` to the person. Nothing in here knows Django.
"""

import errno
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar


def gettext(sentence: str) -> str:
    """`sentence` in the reader's language, for what may not import Django."""
    translation = sys.modules.get("django.utils.translation")
    if translation:
        return str(translation.gettext(sentence))
    return sentence


def number(value: int | Decimal) -> str:
    """“2,000” as the reader writes it, for the same."""
    languages = sys.modules.get("evaltracker.toolbox.languages")
    if languages:
        return str(languages.number(value))
    return f"{value:,}"


class Problem(Exception):
    """Something was not done, and `sentence` says what, why and how to mend it."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "problem"
    # The path of the form that mends it, if there is one.
    page = ""

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        # A constant is said in the reader's language from here on.
        self.sentence = str(sentence)
        self.code = code or self.default_code

    def __str__(self) -> str:
        return self.sentence


class Refused(Problem):
    """The wrong moment: the same request may be right later (409)."""

    status = 409
    default_code = "refused"


class Stale(Problem):
    """The content changed since it was shown (409); `difference` says how."""

    status = 409
    default_code = "stale"

    def __init__(
        self, sentence: str, *, difference: str = "", code: str | None = None
    ) -> None:
        super().__init__(sentence, code=code)
        self.difference = difference


class Forbidden(Problem):
    """The wrong person, inside their own scope (403)."""

    status = 403
    default_code = "forbidden"


class NotFound(Problem):
    """Not there, or not there for this person; the two read alike (404)."""

    status = 404
    default_code = "not_found"

    def __init__(self, sentence: str = "", *, code: str | None = None) -> None:
        super().__init__(sentence or gettext("There is nothing here."), code=code)


def require_row[T](row: T | None) -> T:
    """The row.

    Raises:
        NotFound: there is none.
    """
    if row is None:
        raise NotFound
    return row


def why_not[**P](
    rule: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> Problem | None:
    """What a rule says against it: wrong person, wrong moment, gone; else None."""
    try:
        rule(*args, **kwargs)
    except (Forbidden, NotFound, Refused) as problem:
        return problem
    return None


class Unavailable(Problem):
    """What the product leans on is away (503); come back after `retry_after` s."""

    status = 503
    default_code = "unavailable"
    retry_after: ClassVar[int] = 10


class StorageFull(Problem):
    """The disk for files is full, so nothing was kept (507)."""

    status = 507
    default_code = "storage_full"

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "The server has no room left for files, so nothing was saved. Try "
                "again later; the operator has to make room."
            )
        )


class Invalid(Problem):
    """Bad input (400); `errors` holds the sentences per field.

    The key "" is for what belongs to no single field. `field` is the only one at fault.
    """

    status = 400
    default_code = "invalid"

    def __init__(
        self,
        sentence: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        field: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(sentence, code=code)
        if field is not None:
            errors = {field: [sentence]}
        self.errors: dict[str, list[str]] = {
            name: [*map(str, sentences)] for name, sentences in (errors or {}).items()
        }


# Full, over the quota, or larger than the filesystem or the process may write.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def disk_is_full(error: BaseException | None) -> bool:
    """Whether an error is the operating system's word that nothing more fits."""
    return isinstance(error, OSError) and error.errno in _FULL
