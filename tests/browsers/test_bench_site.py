"""`bench site --browser`: what it times is there to be timed."""

from __future__ import annotations

import math

from nmt_audit.bench.site import bench_site


def test_every_figure_of_the_browser_is_measured() -> None:
    found = {figure.name: figure for figure in bench_site(700, browser=True).figures}
    timed = [figure for figure in found.values() if figure.unit == "s" and figure.most is not None]
    assert len(timed) >= 8
    assert all(math.isfinite(figure.value) and figure.value > 0 for figure in timed)
    assert 20 < found["renderer at first rows"].value < 1000 and "renderer after the searches" in found
