"""The admin of stakeholders: who has a say, for whom, and what each role must sign."""
