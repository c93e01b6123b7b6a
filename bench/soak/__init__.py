"""The soak: a real installation under load, killed at random moments, and judged at the end."""
