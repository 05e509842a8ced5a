"""An offline seeing assistant: a picture in, spoken words out."""
