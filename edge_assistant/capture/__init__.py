"""Where pictures come from: a file or standard input. Each source gives an upright RGB picture, or says why not."""
