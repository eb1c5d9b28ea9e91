"""The conversation on the screen: the transcript and the composer."""
