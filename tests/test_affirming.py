"""A text without one of its negations: whole sentences, language by language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit.language.affirmations.rule import LEFT, RIGHT
from nmt_audit.language.affirming import AFFIRMABLE, affirmed
from nmt_audit.language.cues import CUE_LISTS
from nmt_audit.language.negation import AFFIXED, has_cues, negations

PAIRS: dict[str, list[tuple[str, str | None]]] = {
    "en": [
        ("He doesn't go there anymore.", "He goes there."),
        ("We didn't go to the lake yesterday.", "We went to the lake yesterday."),
        ("The bus did not stop.", "The bus stopped."),
        ("Didn't you hear the bell?", "Did you hear the bell?"),
        ("I can’t find anything.", "I can find something."),
        ("They won't come.", "They will come."),
        ("It is not cold yet.", "It is cold already."),
        ("No one laughed.", "Someone laughed."),
        ("Nothing was left on the table.", "Something was left on the table."),
        ("I have never been there.", "I have been there."),
        ("Never open that door.", "Always open that door."),
        ("She no longer works here.", "She still works here."),
        ("There is no bread.", "There is some bread."),
        ("He is no fool.", "He is a fool."),
        ("No, I am tired.", "Yes, I am tired."),
        ("He left without his coat.", "He left with his coat."),
        ("It was an unhappy ending.", "It was a happy ending."),
        ("It's impossible!", "It's possible!"),
        ("Her plan was hopeless.", "Her plan was hopeful."),
        ("Neither the cook nor the waiter smiled.", "Both the cook and the waiter smiled."),
        ("Don't go!", "Go!"),
        ("I don't.", "I do."),
        ("I hope not.", "I hope so."),
        ("He isn't a doctor but a nurse.", None),
        ("Never have I seen such a crowd.", None),
    ],
    "de": [
        ("Das Fenster ist nicht offen.", "Das Fenster ist offen."),
        ("Er wohnt nicht mehr hier.", "Er wohnt noch hier."),
        ("Sie ist noch nicht da.", "Sie ist schon da."),
        ("Ich habe keine Zeit.", "Ich habe Zeit."),
        ("Sie haben keine Kinder.", "Sie haben Kinder."),
        ("Es gibt keinen guten Grund.", "Es gibt einen guten Grund."),
        ("Wir haben kein Brot mehr.", "Wir haben noch Brot."),
        ("Niemand lachte.", "Jemand lachte."),
        ("Er hat gar nichts gesagt.", "Er hat etwas gesagt."),
        ("Sie lügt nie.", "Sie lügt immer."),
        ("Ich war noch nie am Meer.", "Ich war schon einmal am Meer."),
        ("Er ging ohne seinen Mantel.", "Er ging mit seinem Mantel."),
        ("Sie kam ohne Schirm.", "Sie kam mit Schirm."),
        ("Weder der Koch noch der Kellner lachte.", "Sowohl der Koch als auch der Kellner lachte."),
        ("Nein, danke.", "Ja, danke."),
        ("Sie war unglücklich.", "Sie war glücklich."),
        ("Er ging, ohne zu grüßen.", None),
        ("Sie ist nicht dumm, sondern müde.", None),
    ],
    "fr": [
        ("Je ne sais pas.", "Je sais."),
        ("Je n'aime pas la soupe.", "J'aime la soupe."),
        ("Ce n’est pas vrai.", "C’est vrai."),
        ("Il ne fume plus.", "Il fume encore."),
        ("Je n'ai rien vu.", "J'ai vu quelque chose."),
        ("Personne ne chante.", "Quelqu'un chante."),
        ("Elle ne ment jamais.", "Elle ment toujours."),
        ("Nous n'avons pas d'argent.", "Nous avons de l'argent."),
        ("Il n'y a plus de pain.", "Il y a encore du pain."),
        ("Il vaut mieux ne pas attendre.", "Il vaut mieux attendre."),
        ("Elle est partie sans son manteau.", "Elle est partie avec son manteau."),
        ("C'est impossible.", "C'est possible."),
        ("Ne me regarde pas !", None),
    ],
    "es": [
        ("No lo sé.", "Lo sé."),
        ("No vino nadie.", "Vino alguien."),
        ("Nunca miente.", "Siempre miente."),
        ("Ya no vive aquí.", "Todavía vive aquí."),
        ("Creo que no.", "Creo que sí."),
        ("Salió sin sombrero.", "Salió con sombrero."),
        ("¡No corras!", None),
    ],
    "pt": [
        ("Não sei.", "Sei."),
        ("Não veio ninguém.", "Veio alguém."),
        ("Ele não fuma mais.", "Ele ainda fuma."),
        ("Ela saiu sem casaco.", "Ela saiu com casaco."),
        ("É impossível.", "É possível."),
    ],
    "it": [
        ("Non lo so.", "Lo so."),
        ("Non è venuto nessuno.", "È venuto qualcuno."),
        ("Non fuma più.", "Fuma ancora."),
        ("Non ho mai visto il mare.", "Ho già visto il mare."),
        ("Non correre!", None),
    ],
    "nl": [
        ("Het raam is niet open.", "Het raam is open."),
        ("Hij heeft geen geld meer.", "Hij heeft nog geld."),
        ("Er is geen probleem.", "Er is een probleem."),
        ("Niemand lachte.", "Iemand lachte."),
        ("Zij liegt nooit.", "Zij liegt altijd."),
    ],
    "ru": [
        ("Я не знаю.", "Я знаю."),
        ("Никто не смеялся.", "Кто-то смеялся."),
        ("Она никогда не врёт.", "Она всегда врёт."),
        ("Это невозможно.", "Это возможно."),
        ("У нас нет хлеба.", None),
    ],
    "pl": [
        ("Nie wiem.", "Wiem."),
        ("Nikt nie przyszedł.", "Ktoś przyszedł."),
        ("To nie jest prawda.", "To jest prawda."),
        ("Nie widzę domu.", None),
    ],
    "cs": [
        ("Nevím.", "Vím."),
        ("Nikdo nepřišel.", "Někdo přišel."),
        ("Není to pravda.", "Je to pravda."),
        ("Nemáme žádný chléb.", "Máme nějaký chléb."),
    ],
    "tr": [
        ("Gelmedi.", "Geldi."),
        ("Bakmadı.", "Baktı."),
        ("Onu anlamıyorum.", "Onu anlıyorum."),
        ("Yarın gelmeyecek.", "Yarın gelecek."),
        ("Ekmek yok.", "Ekmek var."),
    ],
    "zh": [
        ("我不知道。", "我知道。"),
        ("他没来。", "他来了。"),
        ("我没有钱。", "我有钱。"),
        ("我看不见他。", "我看得见他。"),
        ("她从来没去过那里。", "她去过那里。"),
    ],
    "ja": [
        ("私は知りません。", "私は知っています。"),
        ("彼は来なかった。", "彼は来た。"),
        ("今日は寒くない。", "今日は寒い。"),
        ("兄は魚を食べない。", "兄は魚を食べる。"),
        ("彼女は本を読まなかった。", "彼女は本を読んだ。"),
        ("誰も笑わなかった。", "誰かが笑った。"),
        ("これは水ではありません。", "これは水です。"),
    ],
}
CASES = [(language, text, wanted) for language, pairs in PAIRS.items() for text, wanted in pairs]


@pytest.mark.parametrize(("language", "text", "wanted"), CASES, ids=[text for _, text, _ in CASES])
def test_the_first_negation_is_taken_out_grammatically(language: str, text: str, wanted: str | None) -> None:
    first = negations(text, language)[0]
    assert affirmed(text, language, first) == wanted


@pytest.mark.parametrize(("language", "text", "wanted"), [case for case in CASES if case[2]])
def test_what_is_left_negates_no_longer(language: str, text: str, wanted: str) -> None:
    before = [n for n in negations(text, language) if n.strength >= AFFIXED]
    after = [n for n in negations(wanted, language) if n.strength >= AFFIXED]
    assert len(after) == len(before) - 1


def test_only_the_negation_that_is_named_goes() -> None:
    text = "I won't tell anyone, and he isn't here."
    first, second = negations(text, "en")
    assert affirmed(text, "en", first) == "I will tell someone, and he isn't here."
    assert affirmed(text, "en", second) == "I won't tell anyone, and he is here."


def test_the_languages_with_rules_are_those_with_examples_and_have_cues() -> None:
    assert frozenset(PAIRS) == AFFIRMABLE
    assert all(has_cues(language) for language in AFFIRMABLE)


def test_a_language_without_rules_keeps_its_negation() -> None:
    (found,) = negations("Han kommer inte.", "sv")
    assert affirmed("Han kommer inte.", "sv", found) is None


@given(
    st.text(st.sampled_from(list("nNoO't ,.eikpasnichtÉ不没ない⟨⟩не")), max_size=30),
    st.sampled_from(sorted(AFFIRMABLE)),
)
def test_any_text_is_survived(text: str, language: str) -> None:
    for found in negations(text, language):
        changed = affirmed(text, language, found)
        assert changed is None or (changed != text and changed.strip())
        assert changed is None or (LEFT not in changed and RIGHT not in changed)


@pytest.mark.parametrize("language", sorted(set(CUE_LISTS) - AFFIRMABLE))
def test_cues_do_not_promise_rules(language: str) -> None:
    for found in negations("no ne nie nem nei не", language):
        assert affirmed("no ne nie nem nei не", language, found) is None
