"""How people ask to have text read, and how they word any question: loosely, in their own way.

A decoder that has seen one phrasing counts positions from it; with many, of many lengths, it has to
look for its place. Phrasings that are kept for measuring are never composed.
"""

import random

HELD_OUT = ("Please read the text.", "What text is this?")
"""Requests to read that training never sees."""

QUESTIONS = (
    "What does it say?",
    "What does this say?",
    "What is written here?",
    "What is the text?",
    "What stands here?",
    "Which words are these?",
    "Was steht hier?",
    "Que dit le texte ?",
)
VERBS = ("Read", "Transcribe", "Copy", "Write down", "Type out", "Give me", "Spell out", "Show me")
OBJECTS = (
    "this",
    "the text",
    "the line",
    "all of it",
    "the words",
    "what is written here",
    "what you see",
    "the text in the picture",
    "everything exactly as it stands",
)
COURTESIES = ("", "", "", "Please ", "Can you ", "Now ")


def _compose(rng: random.Random) -> str:
    courtesy = rng.choice(COURTESIES)
    verb = rng.choice(VERBS)
    words = f"{courtesy}{verb.lower() if courtesy else verb} {rng.choice(OBJECTS)}"
    return f"{words}{'?' if courtesy == 'Can you ' else '.'}"


def read_prompt(rng: random.Random, held_out: bool = False) -> str:
    """Return a request to read everything that is shown."""
    if held_out:
        return rng.choice(HELD_OUT)
    prompt = HELD_OUT[0]
    while prompt in HELD_OUT:
        prompt = rng.choice(QUESTIONS) if rng.random() < 0.5 else _compose(rng)
    return loosely(prompt, rng)


WANTED = {
    "en": (
        "What is the {}?",
        "What's the {}?",
        "{}?",
        "{}",
        "Find the {}.",
        "Give me the {}.",
        "Tell me the {}.",
        "Read the {}.",
        "Show me the {}.",
        "I need the {}.",
        "Extract the {}.",
        "Can you find the {}?",
        "What does it say for {}?",
        "What {} is printed here?",
        "What {} stands on this page?",
        "What is written next to {}?",
        "What is the {} here?",
        "{}, please",
        "Could you tell me the {}?",
        "I am looking for the {}.",
        "Look up the {}.",
        "What value does {} have?",
        "Is there a {}, and what is it?",
        "{} of this document?",
        "Tell me what {} is.",
        "Which {} is printed here?",
        "Which {} does it have?",
        "Which {} do you see?",
        "Which {} is it?",
        "Which {} applies?",
        "Which is the {}?",
        "What {} was written down?",
        "What {} has been entered?",
        "What {} do they state?",
        "What {} does the paper name?",
        "Where is the {}, and what does it say?",
        "Under {}, what is there?",
        "Copy the {}.",
        "Write down the {}.",
        "The {}?",
        "Do you see a {}? Which?",
        "Quote the {}.",
        "How does the {} read?",
        "What did they put for {}?",
        "My question is: what is the {}?",
    ),
    "de": (
        "{}?",
        "{}",
        "Was steht bei {}?",
        "Wie lautet hier: {}?",
        "Bitte {} vorlesen.",
        "Ich brauche: {}.",
        "Was ist {}?",
        "{} bitte",
        "Wie hoch ist {}?",
        "Nenne {}.",
        "Was ist als {} angegeben?",
        "Welche Angabe steht bei {}?",
        "Lies {} ab.",
        "Was wurde bei {} eingetragen?",
        "Gesucht: {}.",
        "Welchen Wert hat {}?",
    ),
    "fr": (
        "{} ?",
        "{}",
        "Que dit {} ?",
        "Il me faut : {}.",
        "Lire {}.",
        "Quel est {} ?",
        "Quelle est la valeur de {} ?",
        "Donne-moi {}.",
        "Qu'est-ce qui est indiqué pour {} ?",
        "Trouve {}.",
        "Je cherche : {}.",
    ),
}
"""How people ask for something by its name, by language."""


def wanted(names: dict[str, tuple[str, ...]], rng: random.Random) -> str:
    """Ask for something by one of its names.

    Args:
        names: what it is called, by the languages of :data:`WANTED`.
        rng: the only source of chance.
    """
    language = rng.choices(("en", "de", "fr"), weights=(6, 3, 1))[0]
    name = rng.choice(names[language])
    if not name[:2].isupper() and rng.random() < (0.75 if language == "en" else 0.3):
        name = name[0].lower() + name[1:]
    return rng.choice(WANTED[language]).format(name)


def loosely(question: str, rng: random.Random) -> str:
    """Word a question as people type it: mostly as it is, else in small letters, or unpointed."""
    chance = rng.random()
    if chance < 0.7:
        return question
    if chance < 0.85:
        return question[0].lower() + question[1:]
    if chance < 0.95:
        return question.rstrip("?. ")
    return f"Tell me: {question[0].lower()}{question[1:]}"
