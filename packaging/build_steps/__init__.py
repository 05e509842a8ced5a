"""Builds what people install: a portable engine, the frozen program, and the installers around it."""
