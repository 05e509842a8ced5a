"""The window in which the lines and tables of a picture's text are walked through."""
