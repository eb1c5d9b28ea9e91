"""What `dev.py` is made of. Nothing here is shipped; all but `i18n` gets by with the standard library."""
