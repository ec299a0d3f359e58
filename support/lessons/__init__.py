"""« Mal compris »: what staff teach the assistant, from the proposal on a message to its effect in every process."""
