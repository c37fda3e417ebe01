"""A directory to try with: believable people, the same for the same seed, and days that pass in it."""

from provisioner.adapters.sample.day import Day, next_day
from provisioner.adapters.sample.directory import write_sample

__all__ = ["Day", "next_day", "write_sample"]
