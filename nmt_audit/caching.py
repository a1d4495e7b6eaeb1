"""Where what can be made again is kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

PLACE = "NMT_AUDIT_CACHE"


def cache_folder() -> Path:
    """The folder that the environment variable NMT_AUDIT_CACHE names, else the user's own; it need not be there yet."""
    import platformdirs

    return Path(os.environ.get(PLACE) or platformdirs.user_cache_dir("nmt-audit"))
