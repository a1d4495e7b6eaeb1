"""Runs that are killed, resumed, compared, gated and archived: real processes, minutes of work."""
