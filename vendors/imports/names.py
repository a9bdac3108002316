"""Finding the requirement or candidate that a cell names; two that fit are none."""

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from evaltracker.tabular import header_key
from evaltracker.tabular.wording import comparable, without_markup
from vendors.imports.plan import Known


class Names:
    """Keys with the other words by which a file may call them."""

    def __init__(self, entries: Mapping[str, Sequence[str]], *, loose: bool) -> None:
        """`loose` keys may differ in marks; refs may not, because 1.1 is not 11."""
        self.entries = entries
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._loose: dict[str, set[str]] = defaultdict(set)
        for key, others in entries.items():
            self._exact[folded(key)].add(key)
            for name in (*others, *([key] if loose else [])):
                for form in (comparable(name), header_key(name)):
                    if form:
                        self._loose[form].add(key)

    def find(self, text: str) -> str | None:
        """The key that `text` names, None if there is none or more than one."""
        name = without_markup(text)
        if not name or name in self.entries:
            return name or None
        found = self._exact.get(folded(name))
        for form in (comparable(name), header_key(name)):
            if not found and any(mark.isalpha() for mark in form):
                found = self._loose.get(form)
        return next(iter(found)) if found and len(found) == 1 else None

    def hint(self, text: str) -> str:
        """“Did you mean …?” where something is nearly called so."""
        near = difflib.get_close_matches(without_markup(text), self.entries, 1, 0.75)
        return f" Did you mean “{near[0]}”?" if near else ""


def folded(name: str) -> str:
    """`name` without case and double blanks."""
    return " ".join(name.casefold().split())


def requirement_names(known: Known) -> Names:
    """Requirements by ref, exactly, or by their text, with or without the ref."""
    entries = {ref: [text, f"{ref} {text}"] for ref, text in known.requirements.items()}
    return Names(entries, loose=False)


def candidate_names(known: Known) -> Names:
    """Candidates by name or alias."""
    return Names(known.candidates, loose=True)
