"""Every recipe can be trained: a hundred sentences, and the loss falls."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from nmt_audit.models import load_model
from nmt_audit.models.protocol import Traceable
from nmt_audit.models.recipe import load, names
from nmt_audit.models.train import train

PARTS = {
    "en": (
        ("I", "you", "we", "they", "Tom and Mary"),
        ("see", "know", "like", "want"),
        ("the dog", "that house", "a book", "tea", "snow"),
    ),
    "de": (
        ("ich", "du", "wir", "sie", "Tom und Maria"),
        ("sehen", "kennen", "mögen", "wollen"),
        ("den Hund", "das Haus", "ein Buch", "Tee", "Schnee"),
    ),
    "fr": (
        ("je", "tu", "nous", "ils", "Tom et Marie"),
        ("voir", "connaître", "aimer", "vouloir"),
        ("le chien", "la maison", "un livre", "du thé", "la neige"),
    ),
    "zh": (
        ("我", "你", "我们", "他们", "汤姆和玛丽"),
        ("看见", "认识", "喜欢", "想要"),
        ("那只狗", "那座房子", "一本书", "茶", "雪"),
    ),
}


def sentences(language: str) -> Sequence[str]:
    """A hundred sentences, in the same order in every language; German and French verbs stay infinitives."""
    glue, stop = ("", "。") if language == "zh" else (" ", ".")
    return [glue.join(words) + stop for words in product(*PARTS[language])]


@pytest.mark.parametrize("name", names())
def test_a_recipe_learns_from_a_hundred_sentences(name: str, tmp_path: Path) -> None:
    recipe = load(name)
    source = sentences("en" if recipe.copies else recipe.src_lang)
    pairs = list(zip(source, sentences("en"), strict=True))
    assert len(pairs) == 100
    short = replace(
        recipe,
        sizes=replace(recipe.sizes, vocabulary=110),
        training=replace(
            # A processor without bfloat16 takes ten times as long for it; test_train trains a small network with it.
            recipe.training, precision="float32", steps=24, evaluate_every=8, evaluate_pairs=3, warmup_steps=4,
            batch_tokens=600,
        ),
    )  # fmt: skip
    first, *_, last = train(short, pairs, pairs, tmp_path).losses
    assert last < 0.8 * first
    model = load_model(str(tmp_path / "model"))
    assert isinstance(model, Traceable)
    assert len(model.translate(source[:2])) == 2
