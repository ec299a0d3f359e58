"""Media that customers send: fetched with care, read in the worker, never kept."""
