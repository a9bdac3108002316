"""What every file says of itself: its id, the commit, a link and where it ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaltracker.errors import Invalid
from evaltracker.kit.text import Inputs
from trials.run_formats import Faults, ReportedFile, ReportedRun

KEY_LIMIT = COMMIT_LIMIT = 200
ENVIRONMENT_LIMIT = 2_000
NAMES = ("id", "commit", "link", "environment")


@dataclass(frozen=True, slots=True)
class Description:
    """All but the id may be blank."""

    key: str
    commit: str
    link: str
    environment: str

    def file_of(self, runs: Sequence[ReportedRun], ignored: int = 0) -> ReportedFile:
        """The file with these runs."""
        return ReportedFile(
            key=self.key,
            commit=self.commit,
            link=self.link,
            environment=self.environment,
            runs=runs,
            ignored=ignored,
        )


def read_description(given: Mapping[str, object], faults: Faults) -> Description:
    """The four as they are kept; what is wrong is noted."""
    inputs = Inputs()
    texts = {}
    for name in NAMES:
        text = given.get(name, "")
        texts[name] = text if isinstance(text, str) else "-"
        if not isinstance(text, str):
            faults.add(name, "It must be a string.")
    found = Description(
        key=inputs.line("id", texts["id"], limit=KEY_LIMIT),
        commit=inputs.line("commit", texts["commit"], limit=COMMIT_LIMIT, blank=True),
        link=inputs.link("link", "" if texts["link"] == "-" else texts["link"]),
        environment=inputs.text(
            "environment", texts["environment"], limit=ENVIRONMENT_LIMIT, blank=True
        ),
    )
    for name, sentences in inputs.errors.items():
        for sentence in sentences:
            faults.add(name, sentence)
    return found


def read_description_apart(given: Mapping[str, object]) -> Description:
    """The same where it stands in the address and not in the file.

    Raises:
        Invalid: by name.

    """
    faults = Faults()
    if not given.get("id"):
        sentence = "Give the file an id in the address, such as ?id=build-7."
        raise Invalid(sentence, errors={"id": [sentence]})
    found = read_description(given, faults)
    faults.check()
    return found
