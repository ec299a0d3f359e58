"""INDEX_KEY: which one the database is written with, who refuses to work with another, and how it is renewed."""
