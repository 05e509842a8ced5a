"""The tutorial: the most important keys, pressed once each on a sample picture."""
