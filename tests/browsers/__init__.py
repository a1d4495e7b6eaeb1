"""Tests of the pages in Chromium and Firefox: `make test-browsers`."""
