"""The icons of the windows: those of the statuses are drawn by code, all others from the SVG files beside it."""
