"""Coverage-guided fuzzing, which needs the extra `fuzz`; `make fuzz` runs it."""
