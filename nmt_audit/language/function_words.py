"""Words that hold a sentence together and say little by themselves: articles, pronouns, prepositions, auxiliaries."""

from __future__ import annotations

from functools import lru_cache

from nmt_audit.language.words import primary

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "de": frozenset(
        "der die das den dem des ein eine einen einem einer eines und oder aber denn sondern doch ja auch noch schon "
        "nur so sehr mehr als wie wenn weil dass daß ob da dann hier dort nun mal eben halt zwar ich du er sie es wir "
        "ihr mich mir dich dir ihn ihm uns euch ihnen sich man mein meine meinen meinem meiner meines dein deine "
        "deinen deinem deiner sein seine seinen seinem seiner seines ihre ihren ihrem ihrer ihres unser unsere "
        "unseren unserem unserer euer eure dieser diese dieses diesen diesem jener jene jenes jenen welcher welche "
        "welches welchen was wer wen wem wo wohin woher warum wann in im ins an am ans auf aus bei beim mit nach von "
        "vom vor zu zum zur für durch gegen ohne um über unter zwischen hinter neben seit bis während wegen trotz bin "
        "bist ist sind seid war warst waren wart sei wäre wären gewesen habe hast hat haben habt hatte hattest hatten "
        "hätte hätten gehabt werde wirst wird werden werdet wurde wurden würde würden worden geworden kann kannst "
        "können könnt konnte konnten könnte könnten muss musst müssen müsst musste mussten soll sollst sollen sollte "
        "sollten will willst wollen wollt wollte wollten darf dürfen durfte mag möchte möchten lassen lässt ließ "
        "nicht kein keine keinen keinem keiner deren dessen denen alle alles allem allen davon damit daran darauf "
        "darin dazu dabei dafür je desto jede jeden jedem jeder jedes nachdem bevor ehe obwohl obgleich sobald solange "
        "sooft damit falls sofern indem seitdem statt anstatt sogar etwa gar bereits wieder immer".split()
    ),
    "en": frozenset(
        "the a an and or but nor so yet for as than if because that whether then here there now just also too very "
        "more most only even i you he she it we they me him her us them my your his its our their mine yours hers "
        "ours theirs myself yourself himself herself itself ourselves themselves this these those which who whom "
        "whose what where when why how in on at by to from of with about into onto over under between through "
        "against during without within up down out off after before since until upon am is are was were be been being "
        "have has had having do does did done doing will would shall should can could may might must not no don't "
        "doesn't didn't won't wouldn't can't couldn't isn't aren't wasn't weren't i'm you're he's she's it's we're "
        "they're i've you've we've they've i'd he'd she'd i'll you'll he'll she'll we'll they'll that's there's let's "
        "all any some each every both one".split()
    ),
    "fr": frozenset(
        "le la les l' un une des de du d' et ou mais donc car ni que qu' qui quoi dont où si comme quand je j' tu il "
        "elle on nous vous ils elles me m' te t' se s' lui leur leurs y en ce c' cet cette ces mon ma mes ton ta tes "
        "son sa ses notre nos votre vos à au aux dans par pour sur sous avec sans entre vers chez est sont était "
        "étaient être été a ai as ont avait avaient avoir eu ne n' pas plus très aussi tout tous toute toutes".split()
    ),
    "es": frozenset(
        "el la los las lo un una unos unas de del y e o u pero que si como cuando donde quien cual yo tú él ella "
        "nosotros ellos ellas me te se nos os le les mi mis tu tus su sus este esta estos estas ese esa eso a al en "
        "por para con sin sobre entre hasta desde es son era eran ser sido está están estaba ha han había haber he "
        "no más muy también todo todos toda todas".split()
    ),
    "it": frozenset(
        "il lo la i gli le l' un uno una un' di d' del dello della dei degli delle e ed o ma che se come quando dove "
        "chi cui io tu lui lei noi voi loro mi ti si ci vi ne mio mia suo sua questo questa quello quella a al allo "
        "alla ai agli alle da dal dalla in nel nella con su sul sulla per tra fra è sono era erano essere stato ha "
        "hanno aveva avere non più molto anche tutto tutti tutta tutte".split()
    ),
    "pt": frozenset(
        "o a os as um uma uns umas de do da dos das e ou mas que se como quando onde quem qual eu tu ele ela nós eles "
        "elas me te lhe nos lhes meu minha seu sua este esta esse essa isso em no na nos nas por pelo pela para com "
        "sem sobre entre até é são era eram ser sido está estão foi há ao à não mais muito também todo todos".split()
    ),
    "nl": frozenset(
        "de het een en of maar want dat die als dan ook nog al zo ik jij je hij zij ze wij we jullie u mij me jou hem "
        "haar ons hen hun mijn zijn uw onze dit deze wat wie waar wanneer waarom hoe in op aan bij met van voor naar "
        "uit over onder tussen door tegen zonder om tot sinds te is ben bent was waren geweest heb hebt heeft hebben "
        "had hadden word wordt worden werd werden zal zullen zou zouden kan kunnen kon moet moeten niet geen er".split()
    ),
}  # fmt: skip

SHORT = 3  # without a list, words up to this length count as function words, which most short words are


@lru_cache(maxsize=1 << 14)
def is_content(word: str, language: str) -> bool:
    """Whether a word says something by itself. Punctuation does not; digits do."""
    lower = word.lower().replace("’", "'")
    if not any(char.isalnum() for char in lower):
        return False
    if any(char.isdigit() for char in lower):
        return True
    known = FUNCTION_WORDS.get(primary(language))
    if known is not None:
        return lower not in known
    return len(lower) > SHORT or ord(lower[0]) > 0x2E80  # a Han character is a word of full weight
