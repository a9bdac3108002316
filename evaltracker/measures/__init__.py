"""What must be reached in numbers: `Measure`, `Reading`, `propose`; no Django."""

from evaltracker.measures.measure import Measure
from evaltracker.measures.numbers import read_number, written
from evaltracker.measures.proposal import Proposal, propose
from evaltracker.measures.reading import Reading
from evaltracker.measures.statistics import least_n_of, statistic_of
from evaltracker.measures.units import UnitMismatch, check_unit, convert

__all__ = [
    "Measure",
    "Proposal",
    "Reading",
    "UnitMismatch",
    "check_unit",
    "convert",
    "least_n_of",
    "propose",
    "read_number",
    "statistic_of",
    "written",
]
