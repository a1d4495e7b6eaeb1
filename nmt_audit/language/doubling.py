"""Words that good text says twice in a row, language by language."""

from __future__ import annotations

from collections.abc import Mapping

from nmt_audit.language.words import primary

# Emphasis ("very very"), reduplication ("yavaş yavaş"), and words that end one clause and begin the next ("had had").
DOUBLED: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "that had her you very really so many much far long way no yes never bye ha blah knock hush tut".split()
    ),
    "de": frozenset("die der das den dem sie ihr wir uns euch sehr so viel ganz nein ja doch bald immer".split()),
    "fr": frozenset("nous vous très si bien non oui trop tout petit vite".split()),
    "es": frozenset("muy no sí ya casi tan bien luego que poco".split()),
    "it": frozenset("piano via mano ben bene molto così no sì quasi sotto appena si ci pian lento".split()),
    "pt": frozenset("muito não sim já quase bem logo tão".split()),
    "nl": frozenset("die dat heel zeer erg veel nee ja er zijn".split()),
    "sv": frozenset("mycket det den nej ja så".split()),
    "da": frozenset("meget det den nej ja så".split()),
    "pl": frozenset("bardzo nie tak się już".split()),
    "cs": frozenset("velmi moc ne ano už se".split()),
    "ru": frozenset("очень да нет давным еле чуть много долго".split()),
    "uk": frozenset("дуже так ні ледь довго".split()),
    "hr": frozenset("vrlo jako ne da malo polako".split()),
    "sr": frozenset("vrlo jako ne da malo polako врло јако не да мало полако".split()),
    "ro": frozenset("foarte încet nu da".split()),
    "hu": frozenset("nagyon már sok sokszor".split()),
    "fi": frozenset("hyvin oikein niin joo ei".split()),
    "et": frozenset("väga nii ei jah".split()),
    "tr": frozenset(
        "yavaş çok sık tek ağır adım uzun derin güzel parça gün kat birer ikişer zaman tane çeşit sıcak ayrı hızlı "
        "koşa gide bile baka gele kara iri ufak sessiz sakin mışıl mışıl şapır pırıl kıpır".split()
    ),
    "hi": frozenset(
        "धीरे कभी बार साथ अलग जल्दी घर बड़े बड़ी छोटे छोटी क्या कौन कहाँ अपने अपनी अपना एक दो अच्छे अच्छी तरह जगह गाँव नए नई पास "
        "दूर करते चलते हँसते रोते बहुत".split()
    ),
    "ur": frozenset("آہستہ کبھی بار ساتھ الگ جلدی گھر بڑے چھوٹے کیا کون اپنے ایک بہت".split()),
    "fa": frozenset("آرام کم خیلی تک".split()),
    "ar": frozenset("جدا شيئا رويدا نعم لا".split()),
    "id": frozenset("sangat lama kadang pelan satu".split()),
    "ms": frozenset("sangat lama kadang perlahan satu".split()),
    "vi": frozenset("từ rất dần luôn xa lâu mãi nhiều xinh ngày đêm đời nhà người".split()),
    "ko": frozenset("아주 매우 빨리 천천히 점점 조금 하나 따로".split()),
}  # fmt: skip

COORDINATORS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"and", "or", "by"}), "de": frozenset({"und", "oder"}), "fr": frozenset({"et", "ou"}),
    "es": frozenset({"y", "e", "o"}), "it": frozenset({"e", "ed", "o"}), "pt": frozenset({"e", "ou"}),
    "nl": frozenset({"en", "of"}), "sv": frozenset({"och"}), "da": frozenset({"og"}), "no": frozenset({"og"}),
    "pl": frozenset({"i", "a", "lub"}), "cs": frozenset({"a", "i", "nebo"}), "sk": frozenset({"a", "i"}),
    "ru": frozenset({"и", "или"}), "uk": frozenset({"і", "та", "або"}), "hr": frozenset({"i", "a", "ili"}),
    "sr": frozenset({"i", "a", "ili", "и", "а"}), "ro": frozenset({"și", "şi", "sau"}), "hu": frozenset({"és"}),
    "fi": frozenset({"ja"}), "et": frozenset({"ja"}), "lt": frozenset({"ir"}), "lv": frozenset({"un"}),
    "tr": frozenset({"ve", "veya"}), "hi": frozenset({"और"}), "ur": frozenset({"اور"}), "fa": frozenset({"و"}),
    "ar": frozenset({"و"}),
}  # fmt: skip


def may_double(form: str, language: str) -> bool:
    """Whether good text may say this word, in lower case, twice in a row."""
    return form in DOUBLED.get(primary(language), ())


def is_gradual(forms: tuple[str, str], language: str) -> bool:
    """Whether two words, said twice, read "and more and more" or "again and again and"."""
    known = COORDINATORS.get(primary(language), frozenset())
    return (forms[0] in known) != (forms[1] in known)
