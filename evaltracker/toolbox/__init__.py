"""Small tools that know no noun of ours."""
