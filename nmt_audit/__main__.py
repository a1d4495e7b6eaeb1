"""`python -m nmt_audit` is `nmt-audit`."""

from __future__ import annotations

from nmt_audit.cli import main

if __name__ == "__main__":
    main()
