"""Write the files of the corpus and their oracles: python -m tests.data.corpus.make."""

import json
from pathlib import Path

from tests.data.corpus.making import (
    broken,
    candidates,
    claims,
    costs,
    more_kinds,
    own_files,
    price_sheets,
    questionnaires,
    requirements,
    seen_candidates,
    seen_costs,
    seen_forms,
    seen_matrices,
    seen_requirements,
)

FILES = Path(__file__).parent / "files"
CASES = [
    *costs.CASES,
    *price_sheets.CASES,
    *requirements.CASES,
    *candidates.CASES,
    *claims.CASES,
    *questionnaires.CASES,
    *broken.CASES,
    *more_kinds.CASES,
    *own_files.CASES,
    *seen_requirements.CASES,
    *seen_matrices.CASES,
    *seen_candidates.CASES,
    *seen_costs.CASES,
    *seen_forms.CASES,
]


def main() -> None:
    """Write each file with what it means beside it."""
    FILES.mkdir(exist_ok=True)
    for case in CASES:
        (FILES / case.name).write_bytes(case.content)
        oracle = json.dumps(case.oracle(), indent=1, ensure_ascii=False)
        (FILES / f"{case.name}.json").write_text(f"{oracle}\n")


if __name__ == "__main__":
    main()
