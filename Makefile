# make, make demo, make test, make test-nights, make test-browsers: each installs first what is missing, into .venv.
# Paths are relative throughout, so that a directory with a space in its name does no harm.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
INSTALLED := .venv/.installed

.PHONY: install demo sample figures performance test types units test-nights test-browsers fuzz clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("nmt-audit needs Python 3.11 or later; name one with make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(VENV_PYTHON) -m pip install --disable-pip-version-check --editable '.[test]' --constraint constraints.txt
	@touch $(INSTALLED)

demo: install
	@.venv/bin/nmt-audit demo

SAMPLE_SITE = file://$(CURDIR)/reports/sample/site
DEMO_SITE = file://$(CURDIR)/reports/demo/site
SHOOT = chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=5000

# The committed sample report, and the pictures of it in the README.
sample: install
	rm -rf reports/sample
	.venv/bin/nmt-audit audit --source docs/sample.de-en.jsonl --model rnnsearch-de-en --src-lang de --tgt-lang en \
	    --name "A small sample" --maps 4 --controls 60 --threads 1 --out reports/sample
	$(SHOOT) --window-size=1280,1560 --screenshot=docs/report.png "$(SAMPLE_SITE)/segments.html#flag=ff9e9bc075b29efb"
	$(SHOOT) --window-size=1280,900 --screenshot=docs/list.png "$(SAMPLE_SITE)/segments.html#q=die&in=source"

# The picture of docs/findings.md, from the demo: the sample is too small to find anything.
docs/findings.png: demo
	$(SHOOT) --window-size=1280,1900 --screenshot=$@ "$(DEMO_SITE)/findings.html"

# The pictures of docs/figures.md, by the commands that stand there.
figures: install
	grep -o '`nmt-audit figure [^`]*`' docs/figures.md | tr -d '`' | sed 's|^|.venv/bin/|' | sh -ex

# The tables of docs/performance.md, by the commands that stand there, as build/performance/1.md and so on. Hours, on a
# machine that does nothing else. dev.tsv is that of Tatoeba, German TAB English.
performance: install
	mkdir -p build/performance
	grep '^nmt-audit bench ' docs/performance.md | grep -v -- '--device cuda' | awk '{print ".venv/bin/" $$0 " --out build/performance/" NR ".md"}' | sh -ex

# One thread: the networks of the tests are so small that threads cost more than they bring, on a busy machine tenfold.
# Files in their order: by default those with few tests come last, and some of these take minutes.
# Types are checked at the same time: mypy alone would leave a core idle for a minute.
test: install
	$(VENV_PYTHON) -m ruff check
	$(VENV_PYTHON) -m ruff format --check
	$(MAKE) --no-print-directory --jobs 2 types units

types:
	$(VENV_PYTHON) -m mypy

units:
	OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder \
	    --ignore tests/browsers --ignore tests/nights

# What a nightly evaluation lives through: the whole demo, runs killed and resumed, full disks, gates, archives. Real
# processes, so it takes minutes.
test-nights: install
	OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder tests/nights

# The pages in Chromium and Firefox, which Debian installs: chromium-driver and firefox-esr.
test-browsers: install
	OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest -q --numprocesses 2 --dist loadfile tests/browsers

# The readers of corpora under a coverage-guided fuzzer, ten minutes each; what is found becomes a test.
FUZZED = text tsv jsonl tmx xliff wmt gzip beside
fuzz: install
	$(VENV_PYTHON) -m pip install --disable-pip-version-check --editable '.[fuzz]' --constraint constraints.txt
	for reader in $(FUZZED); do \
	    mkdir -p build/fuzz/$$reader && \
	    PYTHONPATH=tests $(VENV_PYTHON) -m fuzz.fuzz_readers $$reader -max_total_time=600 build/fuzz/$$reader || exit 1; \
	done

clean:
	rm -rf .venv build dist reports/demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find nmt_audit tests -name __pycache__ -type d -prune -exec rm -rf {} +
