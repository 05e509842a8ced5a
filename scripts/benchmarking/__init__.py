"""The parts of scripts/benchmark.py: the product, its rivals on the same files, random models, and the report."""
