"""The admin of trials: matrix, ledger, demos, trials and scores."""
