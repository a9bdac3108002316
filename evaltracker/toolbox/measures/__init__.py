"""What must be reached in numbers: `Measure`, `Reading`, `propose`; no Django."""

from evaltracker.toolbox.measures.measure import (
    Measure,
    Proposal,
    UnitMismatch,
    check_same_kind,
    check_unit,
    convert,
    kept_measure,
    measure_words,
    propose,
    propose_of,
    propose_of_tests,
    read_measure,
)
from evaltracker.toolbox.measures.readings import (
    CellNumbers,
    Measured,
    Reading,
    fits,
    number_words,
)
from evaltracker.toolbox.measures.statistics import (
    least_n_of,
    read_number,
    shown,
    statistic_of,
    written,
)

__all__ = [
    "CellNumbers",
    "Measure",
    "Measured",
    "Proposal",
    "Reading",
    "UnitMismatch",
    "check_same_kind",
    "check_unit",
    "convert",
    "fits",
    "kept_measure",
    "least_n_of",
    "measure_words",
    "number_words",
    "propose",
    "propose_of",
    "propose_of_tests",
    "read_measure",
    "read_number",
    "shown",
    "statistic_of",
    "written",
]
