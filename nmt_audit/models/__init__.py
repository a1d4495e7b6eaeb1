"""Translation models: what can be loaded, and by which name."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from nmt_audit.errors import ModelError

if TYPE_CHECKING:
    from nmt_audit.models.rnnsearch import RNNsearchModel

# Name → what it is. Each is a directory in `shipped/`, with a model card.
SHIPPED = {
    "rnnsearch-de-en": "RNNsearch, German → English, trained on Tatoeba",
}


def model_directory(name: str) -> Path:
    """Where a model lies: a shipped name or a directory. Raises ModelError where there is none."""
    if name in SHIPPED:
        return Path(str(resources.files("nmt_audit.models") / "shipped" / name))
    path = Path(name)
    if not path.is_dir():
        raise ModelError(f"no model “{name}”: give a directory or one of {', '.join(SHIPPED)}")
    return path


def load_model(name: str) -> RNNsearchModel:
    """A model by its shipped name or its directory. Raises ModelError for an unknown or corrupt one."""
    from nmt_audit.models import checkpoint

    return checkpoint.load(model_directory(name), name=name if name in SHIPPED else Path(name).name)
