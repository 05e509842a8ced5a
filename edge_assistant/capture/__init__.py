"""Where pictures come from: files, the screen, the clipboard, cameras. Each gives an RGB picture, or says why not."""
