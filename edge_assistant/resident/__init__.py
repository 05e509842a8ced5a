"""The heart of the desktop app: it waits for keys and triggers, and answers; it knows no Qt."""
