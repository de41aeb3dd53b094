"""Fits, tracks and registers the models that `detector` scores with. Imports `detector`, never the reverse."""
