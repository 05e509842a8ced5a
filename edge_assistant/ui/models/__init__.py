"""The windows about models: the list of models, the first run, and the progress of downloads and the like."""
