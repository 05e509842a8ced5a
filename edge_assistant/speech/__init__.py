"""From streamed text to sound: sentences, a worker that speaks them, and the parent's side of it."""
