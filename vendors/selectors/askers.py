"""Whether published words would give away who asked."""

from collections.abc import Iterator

from vendors.models import Candidate, Question

# A letter or two stands in many words that name nobody.
SHORTEST = 3


def given_away(question: Question, **texts: str) -> Iterator[tuple[str, str]]:
    """The fields whose text holds a name of the vendor that asked, with that name."""
    asking = question.asking
    if asking is None:
        return
    for field, text in texts.items():
        for name in names_of(asking.candidate):
            if stands_alone(name, text):
                yield field, name
                break


def stands_alone(name: str, text: str) -> bool:
    """Whether `text` holds `name` as words of their own, in whatever case."""
    sought, words = name.casefold(), text.casefold()
    at = words.find(sought)
    while at >= 0:
        end = at + len(sought)
        around = words[max(at - 1, 0) : at] + words[end : end + 1]
        if not any(text.isalnum() or text == "_" for text in around):
            return True
        at = words.find(sought, at + 1)
    return False


def names_of(candidate: Candidate) -> list[str]:
    """Everything that it and its vendor are called."""
    names = [candidate.name, *candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *candidate.vendor.aliases]
    return [name for name in dict.fromkeys(names) if len(name) >= SHORTEST]
