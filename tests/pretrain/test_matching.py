"""The recipe of the network that finds the label a question means."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from pretrain.documents.texts import Writer
from pretrain.matching import kinds
from pretrain.matching.bank import LANGUAGES, BankError, domains, read
from pretrain.matching.forms import Drawer
from pretrain.matching.glossary import glossary
from pretrain.matching.learn import RATE, Plan, learn, report
from pretrain.matching.lessons import Lesson, lessons, wordings
from pretrain.matching.network import Network, batch_of, optimisers_of, pairs_of
from pretrain.matching.values import value_of
from vlm.field_matcher import WEIGHTS, FieldMatcher
from vlm.value_kinds import ValueKinds

BLOCK = """## card
sections en: Person
@ name | name
en: Name; Holder
en? Who is it?; Whose is it?
de: Name
de? Wer ist das?
fr: Nom
fr? Qui est-ce ?
= Ada Moor; Jo Lind
"""


def some(count: int, seed: int = 3, held_out: str = "") -> list[Lesson]:
    rng, found = random.Random(seed), list[Lesson]()
    while len(found) < count:
        found += [one for one in lessons(rng, domains(), held_out) if one.found]
    return found[:count]


class TestBank:
    def test_all_files_are_well_formed(self) -> None:
        every = domains()
        assert len(every) >= 50
        concepts = [one for domain in every for one in domain.concepts]
        assert len(concepts) >= 800
        for concept in concepts:
            for language in LANGUAGES:
                assert concept.labels[language], concept.key
                assert concept.questions[language], concept.key

    def test_columns_are_concepts_of_their_file(self) -> None:
        for domain in domains():
            keys = {one.key for one in domain.concepts}
            assert keys.issuperset(domain.columns), domain.name

    def test_the_glossary_has_three_languages_in_every_line(self) -> None:
        meanings = glossary().concepts
        assert len(meanings) >= 1000
        assert all(one.labels[language] for one in meanings for language in LANGUAGES)

    def test_a_broken_file_is_told(self, tmp_path: Path) -> None:
        good = tmp_path / "card.txt"
        good.write_text(BLOCK, "utf-8")
        assert read(good).concepts[0].labels["en"] == ("Name", "Holder")
        for wrong in (BLOCK.replace("fr: Nom\n", ""), BLOCK.replace("| name", "| nmae"), "## card"):
            good.write_text(wrong, "utf-8")
            with pytest.raises(BankError, match="card"):
                read(good)

    def test_what_is_measured_is_not_learned(self) -> None:
        kept = [
            question
            for domain in domains()
            for concept in domain.concepts
            for question in concept.asked("en", held_out=True)
        ]
        learned = {
            question
            for domain in domains()
            for concept in domain.concepts
            for question in concept.asked("en", held_out=False)
        }
        every = len(kept) + len(learned)
        assert 0.05 < len(kept) / every < 0.2
        concepts = [one for domain in domains() for one in domain.concepts]
        assert 0.04 < sum(one.held_out for one in concepts) / len(concepts) < 0.15


class TestLessons:
    def test_a_form_is_the_same_from_the_same_chance(self) -> None:
        forms = [Drawer(random.Random(5), domains()).drawn() for _ in range(2)]
        assert forms[0] == forms[1]
        assert forms[0] != Drawer(random.Random(6), domains()).drawn()

    def test_values_stand_where_their_facts_say(self) -> None:
        for seed in range(20):
            form = Drawer(random.Random(seed), domains()).drawn()
            for fact in form.facts:
                inside = [one.text for one in form.words if fact.box.holds(one.box)]
                assert set(fact.text.split()) <= set(inside)

    def test_right_answers_are_the_facts_of_what_is_asked(self) -> None:
        every = some(150)
        answered = [one for one in every if one.right]
        assert 0.4 < len(answered) / len(every) < 0.95
        for one in answered:
            assert len({one.found[number].text for number in one.right}) == 1

    def test_only_things_that_are_measured_are_asked_for_then(self) -> None:
        assert all(not one.concept.held_out for one in some(60, held_out="wording"))
        assert all(one.concept.held_out for one in some(30, held_out="concept") if one.right)

    def test_wordings_are_of_things_that_no_label_makes_alike(self) -> None:
        rng = random.Random(1)
        said = wordings(rng, domains(), 100)
        assert len({label for _, _, label, _ in said}) == len(said) == 100

    def test_a_value_of_every_kind_is_written(self) -> None:
        rng = random.Random(2)
        kinds = {one.kind: one for domain in domains() for one in domain.concepts}
        for concept in kinds.values():
            for _ in range(20):
                assert value_of(concept, Writer(rng)).strip()


class TestNetwork:
    def test_the_program_weighs_as_the_recipe_does(self, tmp_path: Path) -> None:
        torch.manual_seed(1)
        network = Network()
        with torch.no_grad():
            network.gates.normal_()
            network.hidden_bias.normal_()
        network.save(tmp_path)
        matcher = FieldMatcher(load_file(tmp_path / WEIGHTS))
        for one in some(6):
            with torch.inference_mode():
                logits = network(batch_of([one]))
                every = torch.softmax(torch.cat([logits, network.none]), 0).numpy()
            weighed = matcher.weigh(one.question, one.found)
            assert np.allclose([*weighed.shares, weighed.none], every, atol=0.02)

    def test_it_learns(self) -> None:
        torch.manual_seed(1)
        rng, network = random.Random(4), Network()
        batch = batch_of(some(24), rng)
        pairs = pairs_of(wordings(rng, domains(), 40), rng)
        optimisers = optimisers_of(network, RATE)
        first = network.losses(batch).mean().item()
        for _ in range(25):
            loss = network.losses(batch).mean() + network.contrast(pairs).mean()
            network.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for optimiser in optimisers:
                optimiser.step()
        assert network.losses(batch).mean().item() < 0.5 * first

    def test_a_short_run_saves_what_the_program_loads(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        learn(Plan(tmp_path, minutes=0.05, workers=0, forms=3))
        assert "learned" in caplog.text
        lesson = some(1)[0]
        weighed = FieldMatcher(load_file(tmp_path / WEIGHTS)).weigh(lesson.question, lesson.found)
        assert weighed.shares.sum() + weighed.none == pytest.approx(1, abs=1e-4)
        assert (tmp_path / WEIGHTS).stat().st_size < 17 * 2**20

    def test_kinds_of_values_are_learned_and_saved(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        kinds.learn(tmp_path / "kinds.safetensors", share=0.02)
        right = [float(one.split()[1]) for one in caplog.messages]
        assert len(right) == 2
        assert min(right) > 0.3  # one of 18 kinds by chance
        learned = ValueKinds(load_file(tmp_path / "kinds.safetensors"))
        assert learned.suit("How much is it?", ["12.50", "Leeds"]).shape == (2,)

    def test_the_report_counts_every_kind(self) -> None:
        torch.manual_seed(1)
        lines = list(report(Network(), 1, forms=4))
        assert [line.split()[0] for line in lines[1:]] == ["learned", "wording", "concept"]
