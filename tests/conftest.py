"""What holds for all tests."""

import os
import shutil
import tempfile

import pytest
from elsewhere import elsewhere

from nmt_audit.caching import PLACE


def pytest_configure(config: pytest.Config) -> None:
    """Thresholds and measurements are kept in a folder of this session, which its processes share, and not with the
    user's. And torch gets to know the tests' own device before the first backward pass, which counts the devices."""
    elsewhere()
    if PLACE not in os.environ:  # a worker of xdist has it from the process that began it
        folder = os.environ[PLACE] = tempfile.mkdtemp(prefix="nmt-audit-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
