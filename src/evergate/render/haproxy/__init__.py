"""HAProxy's configuration, section by section."""
