"""When it happens: the cycle, the preview, the recovery, the schedule."""
