"""Articles -> an index: reading, cutting, embedding, storing. Knows nothing of questions."""
