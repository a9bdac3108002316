"""What changed, as a busy person reads it: one line for each, its new words marked."""

from evaltracker.decision.memo.markdown import table
from evaltracker.decision.memo.signed_words import (
    DiffLine,
    DiffPiece,
    changes,
    diff_lines,
)

HEAD = ("Ref", "Requirement", "Weight")
FIRST = ("1.1", "Trains on our own GPUs", 5)
SECOND = ("1.2", "Answers within a day", 3)


def between(before: list[tuple[object, ...]], after: list[tuple[object, ...]]) -> str:
    return changes(table(HEAD, before), table(HEAD, after))


def test_a_row_that_changed_is_one_line_with_its_words_marked() -> None:
    told = diff_lines(between([FIRST], [("1.1", "Trains on our own GPUs", 7)]))
    assert told == [
        DiffLine(
            "changed",
            (
                DiffPiece("", "1.1 · Trains on our own GPUs ·"),
                DiffPiece("gone", "5"),
                DiffPiece("new", "7"),
            ),
        )
    ]


def test_rows_are_compared_with_themselves_when_others_come_and_go() -> None:
    other = ("1.3", "Speaks R", 2)
    told = diff_lines(
        between([FIRST, SECOND], [other, ("1.2", "Answers within an hour", 3)])
    )
    assert [(line.kind, line.pieces[0].text[:3]) for line in told] == [
        ("gone", "1.1"),
        ("changed", "1.2"),
        ("new", "1.3"),
    ]


def test_a_row_with_all_other_words_is_shown_before_and_after() -> None:
    told = diff_lines(between([FIRST], [("1.1", "Something else", 1)]))
    assert [line.kind for line in told] == ["gone", "new"]


def test_a_changed_sentence_is_one_line_too() -> None:
    told = diff_lines(changes("We need it by May.", "We need it by June."))
    assert [(piece.mark, piece.text) for piece in told[0].pieces] == [
        ("", "We need it by"),
        ("gone", "May."),
        ("new", "June."),
    ]


def test_lines_too_long_to_compare_in_time_are_shown_whole() -> None:
    words = "word " * 2_000
    told = diff_lines(changes(f"{words}before", f"{words}after"))
    assert [line.kind for line in told] == ["gone", "new"]
