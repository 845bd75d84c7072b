"""The Python core of Evergate: plain inventory data in, configuration text or a named problem out."""
