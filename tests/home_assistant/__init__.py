"""Home Assistant as it answers, and as it should not."""
