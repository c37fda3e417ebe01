"""Figures beside a yardstick measured in the same run: ``python -m tests.benchmarks``. Nothing here asserts a speed."""
