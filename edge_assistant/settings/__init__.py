"""The person's settings: the schema, and the file that they are kept in."""
