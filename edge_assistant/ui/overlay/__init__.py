"""The overlays that are shown over a frozen desktop: the palette and the region selector."""
