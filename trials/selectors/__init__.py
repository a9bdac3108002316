"""Reads of trials: the ledger, its history, trials and scores."""
