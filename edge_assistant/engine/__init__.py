"""The inference engine: a worker process that runs llama.cpp, and the client that talks to it."""
