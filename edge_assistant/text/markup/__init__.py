"""Markup that models write (Markdown, HTML, LaTeX), turned into plain text while it comes."""
