"""Makes the shipped voice: corpus, tokenizer, base model, adapter, and what they are worth. Nothing here serves."""
