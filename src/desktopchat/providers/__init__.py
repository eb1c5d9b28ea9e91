"""One adapter per wire dialect, behind one seam. See `base.Provider`; the list is in `registry`."""
