"""The model in a process of its own: llama.cpp sessions, prompts, sampling, and the client that talks to them."""
