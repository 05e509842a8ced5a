"""Removes a set of weights: its files, and its entry where it is only in the person's own list."""

from __future__ import annotations

from edge_assistant.errors import WeightsError
from edge_assistant.models.catalog import CatalogWeights
from edge_assistant.models.catalog_text import drop
from edge_assistant.models.shelf import Shelf


def remove_set(shelf: Shelf, weights: CatalogWeights) -> int:
    """The bytes freed. It can be done again where it was broken off: an entry whose files are gone already goes too.

    Raises WeightsError as `Shelf.remove` does, or when the list cannot be written.
    """
    try:
        freed = shelf.remove(weights)
    except WeightsError as error:
        if error.code == "weights-missing" and drop(shelf.own_catalog, weights.name, weights.variant):
            return 0
        raise
    drop(shelf.own_catalog, weights.name, weights.variant)
    return freed
