"""Sources of pictures: files, the screen, the clipboard, cameras. Each gives an RGB picture, or says why not."""
