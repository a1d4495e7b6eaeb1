# make, make demo, make test: each installs first what is missing, into .venv.
# Paths are relative throughout, so that a directory with a space in its name does no harm.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
INSTALLED := .venv/.installed

.PHONY: install demo sample figures test clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("nmt-audit needs Python 3.11 or later; name one with make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(VENV_PYTHON) -m pip install --disable-pip-version-check --editable '.[test]' --constraint constraints.txt
	@touch $(INSTALLED)

demo: install
	@.venv/bin/nmt-audit demo

# The committed sample report, and the picture of it in the README.
sample: install
	rm -rf reports/sample
	.venv/bin/nmt-audit audit --source docs/sample.de-en.jsonl --model rnnsearch-de-en --src-lang de --tgt-lang en \
	    --name "A small sample" --threads 1 --out reports/sample
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1010 \
	    --screenshot=docs/report.png "file://$(CURDIR)/reports/sample/site/segments/57aa67c7f130883d.html"

# The pictures of docs/figures.md, by the commands that stand there.
figures: install
	grep -o '`nmt-audit figure [^`]*`' docs/figures.md | tr -d '`' | sed 's|^|.venv/bin/|' | sh -ex

# One thread: the networks of the tests are so small that threads cost more than they bring, on a busy machine tenfold.
# Files in their order: by default those with few tests come last, and the demo, which takes minutes, is one of them.
test: install
	$(VENV_PYTHON) -m ruff check
	$(VENV_PYTHON) -m ruff format --check
	$(VENV_PYTHON) -m mypy
	OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder

clean:
	rm -rf .venv build dist reports/demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find nmt_audit tests -name __pycache__ -type d -prune -exec rm -rf {} +
