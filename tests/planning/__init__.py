"""Tests of the planning kernel."""
