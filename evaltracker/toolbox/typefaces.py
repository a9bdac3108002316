"""The typefaces that are shipped: for the PDF, and for pictures in a Word file.

Source Serif and Source Sans by Adobe under the SIL Open Font License; the files are as
Adobe released them, and their licences lie beside them.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
# Family, weight and file of each.
FACES = (
    ("Source Serif", 400, "SourceSerifPro-Regular.ttf"),
    ("Source Serif", 600, "SourceSerifPro-Semibold.ttf"),
    ("Source Sans", 400, "SourceSansPro-Regular.ttf"),
    ("Source Sans", 600, "SourceSansPro-Semibold.ttf"),
)
SANS, SANS_BOLD = FOLDER / FACES[2][2], FOLDER / FACES[3][2]
FILES = frozenset(file for _, _, file in FACES)
