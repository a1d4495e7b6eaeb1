"""The browsers are driven as the other tests here take for granted: what leaves or goes wrong is seen, in both."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Page

WIRED = """<!doctype html><meta charset="utf-8"><title>Wired</title><body>
<img src="http://example.invalid/a.png"><script src="https://example.invalid/b.js"></script>"""
LOUD = """<!doctype html><meta charset="utf-8"><title>Loud</title><body>
<script>console.error("said aloud"); console.warn("a doubt"); throw new Error("thrown");</script>"""
FORM = """<!doctype html><meta charset="utf-8"><title>Form</title><body>
<input id="field" value="before"><input id="file" type="file"><button id="save">Save</button><p id="keys"></p>
<script>
document.addEventListener("keydown", (event) => { document.querySelector("#keys").textContent += event.key + " "; });
document.querySelector("#save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["Grüße\\n"]));
  link.download = "greeting.txt";
  link.click();
});
</script>"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "page.html"
    path.write_text(text, "utf-8")
    return path


def test_requests_that_leave_are_seen(page: Page, tmp_path: Path) -> None:
    page.open(write(tmp_path, WIRED))
    # Firefox asks for images with https first
    assert {url.split(":", 1)[1] for url in page.requests()} == {"//example.invalid/a.png", "//example.invalid/b.js"}
    assert page.requests() == []


def test_what_the_console_says_is_seen(page: Page, tmp_path: Path) -> None:
    page.open(write(tmp_path, LOUD))
    said = "\n".join(page.console())
    assert "said aloud" in said and "a doubt" in said and "thrown" in said
    assert page.console() == []


def test_files_may_not_read_files(page: Page, tmp_path: Path) -> None:
    """As for a reader: with the preferences that drivers set, Firefox would let them."""
    (tmp_path / "beside.txt").write_text("secret")
    page.open(write(tmp_path, FORM))
    answer = page.async_js(
        "const done = arguments[arguments.length - 1];"
        "fetch('beside.txt').then((r) => r.text()).then(done, (refused) => done('refused'));"
    )
    assert answer == "refused"
    page.console()


def test_fields_keys_and_files(page: Page, tmp_path: Path) -> None:
    path = write(tmp_path, FORM)
    page.open(path)
    page.type("#field", "after")
    assert page.js("return document.querySelector('#field').value") == "after"
    page.attach("#file", path)
    assert page.js("return document.querySelector('#file').files[0].name") == "page.html"
    page.js("document.activeElement.blur(); document.querySelector('#keys').textContent = ''")
    page.press("?", "ArrowDown", "Shift+Home", "+")
    assert page.text("#keys") == "? ArrowDown Shift Home +"
    page.click("#save")
    assert page.saved("*.txt").read_text("utf-8") == "Grüße\n"


@pytest.mark.parametrize("width", [360, 3840])
def test_a_page_may_have_any_size(page: Page, tmp_path: Path, width: int) -> None:
    page.open(write(tmp_path, FORM))
    page.size(width, 700)
    assert page.js("return [window.innerWidth, window.innerHeight]") == [width, 700]
    page.scheme("dark")
    page.reduced_motion(True)
    for query in (f"(width: {width}px)", "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"):
        assert page.js("return window.matchMedia(arguments[0]).matches", query), query


def test_nothing_is_kept_where_it_is_refused_or_forgotten(page: Page, tmp_path: Path) -> None:
    path = write(tmp_path, FORM)
    keep = "try { localStorage.setItem('a', 'b'); return localStorage.getItem('a'); } catch (refused) { return null; }"
    page.open(path)
    assert page.js(keep) == "b"
    page.reload()
    assert page.js("return localStorage.getItem('a')") == "b"
    page.forget()
    page.open(path)
    assert page.js("return localStorage.getItem('a')") is None
    page.storage(False)
    page.open(path)
    assert page.js(keep) is None


def test_without_scripts_none_runs(page: Page, tmp_path: Path) -> None:
    page.scripts(False)
    page.open(write(tmp_path, '<!doctype html><p id="a">still</p><script>document.title = "ran"</script>'))
    assert page.title() == ""
    assert page.text("#a") == "still"


def test_tabs_and_paper(page: Page, tmp_path: Path) -> None:
    path = write(tmp_path, FORM)
    page.open(path)
    page.new_tab()
    page.open(path, "#second")
    assert page.address().endswith("#second")
    page.close_tab()
    assert page.address().endswith("page.html")
    assert page.print().startswith(b"%PDF")
    page.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
