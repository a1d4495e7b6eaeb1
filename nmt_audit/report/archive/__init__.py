"""The pages of an archive: an index with trends, a page per series, the list of all runs, and a feed of regressions.

`wording` and `drawing` (numbers → words and lines) → `views` and `runs` (everything that stands on a page) →
`comparisons` (pages of neighbouring nights) and `feed` → `building`, which writes all of it.
"""
