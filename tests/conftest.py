"""What all tests share: nothing is kept in the user's cache."""

from collections.abc import Iterator

import pytest

from nmt_audit.caching import PLACE


@pytest.fixture(autouse=True, scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache for this session alone; the processes that tests start have it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, str(tmp_path_factory.mktemp("cache")))
        yield
