"""keepalived's configuration, block by block."""
