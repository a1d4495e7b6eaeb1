"""nmt_audit: error-analysis reports for neural machine translation.

    import nmt_audit
    model = nmt_audit.load_model("rnnsearch-de-en")
    [translation] = model.translate(["Das ist nicht gut."], beam=5)
    explanation = nmt_audit.explain(model, source="Das ist nicht gut.", target=translation, position=3)

Names are loaded when they are first used, so that reading a finished run needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nmt_audit.config import AuditConfig
    from nmt_audit.models import load_model
    from nmt_audit.pipeline import audit, check
    from nmt_audit.relevance import explain, explain_batch
    from nmt_audit.store import open_run

__version__ = "0.1.0"

_WHERE = {
    "AuditConfig": "config",
    "audit": "pipeline",
    "check": "pipeline",
    "explain": "relevance",
    "explain_batch": "relevance",
    "load_model": "models",
    "open_run": "store",
}

__all__ = ["AuditConfig", "audit", "check", "explain", "explain_batch", "load_model", "open_run"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
