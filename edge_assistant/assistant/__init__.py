"""Answers one request, from picture to spoken answer, and reports it as events; independent of Qt and the terminal."""
