"""Articles in the database: who wrote and approved them, and how every process comes to speak them."""
