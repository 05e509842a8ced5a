"""What our own voice says of windows, menus and fields where no screen reader runs."""
