"""What should happen: pure functions and generators. No I/O, no clock, no chance."""
