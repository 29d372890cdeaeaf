"""Statements only, one file per aggregate: they may flush, never commit, and every read takes the owner first."""
