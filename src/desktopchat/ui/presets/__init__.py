"""Presets in the window: the picker, the list behind a slash, the chip, the form of places, the manager."""
