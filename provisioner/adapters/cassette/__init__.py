"""Recordings of runs: a folder of readable files that a run can be played again from."""

from provisioner.adapters.cassette.reader import Recording, read_recording
from provisioner.adapters.cassette.writer import RecordingWriter, check_free

__all__ = ["Recording", "RecordingWriter", "check_free", "read_recording"]
