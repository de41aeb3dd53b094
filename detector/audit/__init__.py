"""The night: every account of a source under bounded memory, and what people read of it in the morning."""
