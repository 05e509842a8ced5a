"""The parts of scripts/soak.py: what a person does for an hour, what is measured meanwhile, and what that says."""
