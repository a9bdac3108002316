"""What must be reached in numbers: `Measure`, `Reading`, `propose`; no Django."""

from evaltracker.measures.cell_numbers import CellNumbers, Measured, fits
from evaltracker.measures.measure import Measure, kept_measure, measure_words
from evaltracker.measures.numbers import read_number, shown, written
from evaltracker.measures.proposal import (
    Proposal,
    propose,
    propose_of,
    propose_of_tests,
)
from evaltracker.measures.reading import Reading, number_words
from evaltracker.measures.statistics import least_n_of, statistic_of
from evaltracker.measures.text import read_measure
from evaltracker.measures.units import (
    UnitMismatch,
    check_same_kind,
    check_unit,
    convert,
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
