"""What keepalived is told on one node of a pair, block by block."""
