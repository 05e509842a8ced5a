"""One request: picture, question, engine, sentences, speech. It knows no Qt and no terminal, only events."""
