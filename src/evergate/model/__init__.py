"""What a valid site consists of: frozen objects whose `from_data` is the only way in."""
