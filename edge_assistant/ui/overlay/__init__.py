"""What stands over a frozen desktop: the palette and the region selector."""
