"""Tests of the evaluation sets and of their scoring."""
