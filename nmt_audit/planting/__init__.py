"""Planted errors: segments with one known error each, to see which of them the checks find."""

from nmt_audit.planting.altering import Alteration
from nmt_audit.planting.planted import Planted, plant_in_references, plant_in_sources

__all__ = ["Alteration", "Planted", "plant_in_references", "plant_in_sources"]
