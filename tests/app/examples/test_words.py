from app.examples import crops, words
from finetune import gathering
from finetune.split import LEAST


def test_the_numbers_are_those_of_tuning() -> None:
    assert words.LEAST_DOCUMENTS == LEAST
    assert (crops.LONGEST_PX, crops.DPI) == (gathering.LONGEST_PX, gathering.DPI)


def test_amounts_are_english() -> None:
    assert words.kept(1, 1) == "Kept as an example to learn from. 1 example from 1 document."
    assert words.kept(3, 2) == "Kept as an example to learn from. 3 examples from 2 documents."
    assert words.state(10, 10).startswith("Enough to train with")
    assert words.imported(1, 1, 0) == "Added 1 example. 1 was here already."
