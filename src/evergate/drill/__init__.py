"""Drills: failures made on purpose, watched from a client, measured and reported."""
