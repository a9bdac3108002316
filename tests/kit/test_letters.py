"""A picture without typefaces writes each name whole, or sends to the text."""

from pathlib import Path

import pytest

from evaltracker.toolbox.charts.scatter import ELSEWHERE, writable
from evaltracker.toolbox.text import SANS, SANS_BOLD
from tests.programs import not_run

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.parametrize("words", ["Acme ML – 62%", "Łódź, Ürün", "Привет"])
def test_what_the_shipped_faces_have_they_write(words: str) -> None:
    assert writable(words, bold=False, others=()) == (words, SANS)
    assert writable(words, bold=True, others=()) == (words, SANS_BOLD)


def test_letters_that_no_face_has_are_never_boxes() -> None:
    assert writable("深圳云", bold=False, others=()) == (ELSEWHERE, SANS)


@pytest.mark.skipif(
    not DEJAVU.exists(), reason=not_run(DEJAVU.name, package="fonts-dejavu-core")
)
def test_a_face_of_the_machine_writes_what_it_has() -> None:
    assert writable("קטן", bold=False, others=(DEJAVU,)) == ("קטן", DEJAVU)
