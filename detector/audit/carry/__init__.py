"""What one night leaves for the next, so that only accounts whose rows changed are judged again (decision 0017)."""
