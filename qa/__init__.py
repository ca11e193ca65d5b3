"""Question -> answer: reading it, finding passages, quoting them. Knows nothing of pages."""
