"""The stems of words, and which language a text is in: English, German or French. Pure."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Literal, get_args

import snowballstemmer

from vlm.label_words import folded

Language = Literal["en", "de", "fr"]
"""Languages whose running text is understood."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
_NAMES: dict[Language, str] = {"en": "english", "de": "german", "fr": "french"}
_STEMMERS = {one: snowballstemmer.stemmer(name) for one, name in _NAMES.items()}

_EVERYDAY: dict[Language, str] = {
    "en": """a about after against although another between both despite during every here
    however just later more most neither since some still therefore though today too
    very all also an and any are as at be been before by can could did do does for
    from had has have he her his how if in into is it its may must no not of on only
    or other our shall she should so such than that the their them then there these
    they this those to under until up upon was we were what when where which while
    who whom whose why will with within would you your i me my us per each please mr
    mrs ms""",
    "de": """aber alle als also am an auch auf aus bei beim bis das dass daß dem den denn der des
    die dies diese diesem diesen dieser dieses doch durch ein eine einem einen einer
    eines er es für gegen gibt hat hatte ich ihr ihre ihrem ihren ihrer ihres im in
    ins ist ja jede jeden jeder jedes kann können man mit muss müssen nach nicht
    noch nur ob oder ohne sein seine seinem seinen seiner sich sie sind so soll
    sollen sowie über um und uns unser unter vom von vor wann war waren warum was
    weil welche welchem welchen welcher welches wem wen wenn wer werden wessen wie
    wieso wieviel wird wo wohin wurde wurden zu zum zur zwischen darf dürfen hatten
    haben habe bin bitte mir mich mein meine meinen meiner wir viel viele worden
    herr herrn frau""",
    "fr": """à afin ai ainsi a au aux avec car ce ceci cela ces cet cette chaque combien comme
    comment dans de depuis des donc dont du elle elles en entre est et été être eu
    fait fut il ils je l la le les leur leurs lors mais me même mes moi mon ne ni
    nos notre nous on ont ou où par pas pendant peut peuvent plus pour pourquoi qu
    quand que quel quelle quelles quels qui quoi sa sans se sera ses si soit son
    sont sous sur ta te tes toi ton tous tout toute très tu un une vers vos votre
    vous y d j m n s t c aura a-t-elle faut doit dû avait avez avoir était monsieur
    madame""",
}
COMMON: dict[Language, frozenset[str]] = {
    one: frozenset(words.casefold().split()) for one, words in _EVERYDAY.items()
}
"""Words of any sentence, which say nothing of what it is about."""

WORD = re.compile(r"(?:(?:sous|non|co|sub|pre|re|self)-)?[^\W_]+", re.IGNORECASE)
"""A word; one with a hyphen behind its first syllable is one."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters; an apostrophe ends a word."""
    return [one.replace("-", "") for one in WORD.findall(text.casefold())]


def language_of(text: str, otherwise: Language = "en") -> Language:
    """Return the language that most of the everyday words of a text are of.

    Args:
        text: Some sentences, or a question.
        otherwise: For a text without any, and where two have as many.
    """
    said = Counter(words_of(text))
    counts = {one: sum(said[word] for word in COMMON[one]) for one in LANGUAGES}
    return max(LANGUAGES, key=lambda one: (counts[one], one == otherwise))


_PARTICIPLE = re.compile(
    r"(ab|an|auf|aus|bei|durch|ein|fest|her|hin|mit|nach|vor|weiter|zu|zurück)?ge(\w{3,})(?:e?t|en)"
)
"""Of a German verb: with what stands before it, and its own letters."""

_INFINITIVE = re.compile(
    r"(ab|an|auf|aus|bei|durch|ein|fest|her|hin|mit|nach|vor|weiter|zurück)zu(\w{3,}en)"
)
"""Of a German verb with "zu" inside: "anzuheben"."""

LEAST_VERB = 5
"""Letters of a German word that may be a verb's third person."""


@lru_cache(maxsize=20_000)
def stem_of(word: str, language: Language) -> str:
    """Return what the forms of a word have in common, without accents; numbers stay as they are."""
    plain: str = _STEMMERS[language].stemWord(word.casefold())
    return folded(plain)


@lru_cache(maxsize=20_000)
def stems_of(word: str, language: Language) -> frozenset[str]:
    """Return the stems that a word may have: "gekündigt" and "kündigt" are forms of "kündigen".

    Args:
        word: In small letters.
        language: Of its text.
    """
    forms = [word]
    if language == "de":
        if (found := _PARTICIPLE.fullmatch(word)) is not None:
            forms.append(f"{found[1] or ''}{found[2]}en")
        elif (found := _INFINITIVE.fullmatch(word)) is not None:
            forms.append(found[1] + found[2])
        elif len(word) >= LEAST_VERB and word.endswith("t"):
            forms.append(word[:-1] + "en")
    return frozenset(stem_of(form, language) for form in forms)
