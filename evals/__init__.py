"""Sets of cases that score a configured model: `python -m evals`, or `make eval`."""
