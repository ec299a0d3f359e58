"""The supervisor's pages: live board, reports, promises, blocked francs, and all of them as files."""
