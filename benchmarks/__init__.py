"""Measurements: web latency, planner speed, start-up and memory. `python -m benchmarks` prints one table."""
