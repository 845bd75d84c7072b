"""What one load balancer's HAProxy is told, section by section."""
