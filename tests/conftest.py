"""What holds for all tests."""

import os

import pytest

from nmt_audit.caching import PLACE


def pytest_configure(config: pytest.Config) -> None:
    """Thresholds and measurements are kept in a folder of this session, which its processes share, and not with the
    user's."""
    if PLACE not in os.environ:  # a worker of xdist has it from the process that began it
        import tempfile

        os.environ[PLACE] = tempfile.mkdtemp(prefix="nmt-audit-tests-")
