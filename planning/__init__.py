"""The planning kernel: dataclasses in, dataclasses out. It knows no database, no network, no model and no wall clock."""
