"""Damage done to what people and other programs hand in, for as long as one likes: ``python -m tests.fuzzing``."""
