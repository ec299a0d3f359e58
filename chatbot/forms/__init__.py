"""The written forms several stages must recognise alike: numbers, phones, references, ids, secrets. Pure functions."""
