"""What is likely to be misheard or misunderstood."""
