"""Models on disk: finding and downloading them, checking that they are whole, belong together and fit into memory."""
