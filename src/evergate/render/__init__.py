"""Configuration as text: pure functions of a valid model, in the order of the file they write."""
