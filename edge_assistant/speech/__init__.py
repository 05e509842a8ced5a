"""Speech output: splits streamed text into sentences and speaks them, by a worker process or a screen reader."""
