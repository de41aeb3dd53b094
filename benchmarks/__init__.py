"""What measures quality and speed; nothing of it is installed."""
