"""A question's page on its way to features and a prefilled prefix, each made once and then kept.

Yields between views, so that whoever drives it can show progress and stop.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vlm import graphs, skew, views
from vlm.decoder import Checking
from vlm.document_questions import stamp
from vlm.drafts import Drafts
from vlm.encoder_work import encode
from vlm.errors import DeskError, QuestionUnanswerable
from vlm.families.family import Pictures
from vlm.guesses import Guesses
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.loader import LoadedModel
from vlm.page_store import Later, PageStore
from vlm.precision import settle, written_in
from vlm.prompt import Prompt, build
from vlm.reuse import Beyond, Kept, shared
from vlm.seen import Clock as Clock
from vlm.seen import Seen as Seen
from vlm.selftest import SelfTest
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Precision, Question, Word
from vlm.views import Drawn, PageSource

SEEN_PAGES = 256
"""Pages whose plan and words are remembered; they are small beside features."""

DRAWN_VIEWS = 64
"""Drawn views that wait for the encoder; more are drawn again when their turn comes."""


class Sight:
    """Sees pages with one loaded model.

    Args:
        loaded: The model.
        pages: Draws and reads pages.
        budget_bytes: For features and prefixes together.
        precision: How exactly answers are computed.
        store: Where what is made of pages outlives this process; None for nowhere.
        angles: Of pages; None to measure them here.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        pages: PageSource,
        budget_bytes: int,
        precision: Precision = "exact",
        store: PageStore | None = None,
        angles: skew.Angles | None = None,
    ) -> None:
        self._precision: Precision = precision
        self._disk = Later(store)
        self._wear(loaded)
        self._pages = pages
        self._seen: Kept[Seen] = Kept(SEEN_PAGES)
        self._angles = angles or skew.Angles(pages, stamp)
        self._measured: Kept[tuple[PageSize, tuple[Word, ...]]] = Kept(SEEN_PAGES)
        self._kept: Kept[Any] = Kept(budget_bytes)
        self._drawn: dict[bytes, Drawn] = {}
        self._beyond: Beyond | None = None
        self._guesses = Guesses()

    def _wear(self, loaded: LoadedModel) -> None:
        self.decoder = loaded.family.decoder(loaded.model)
        on_card = loaded.placement.device == "cuda"  # there, weights are packed while they are read
        settled = settle(self.decoder, "exact" if on_card else self._precision)
        self.loaded = written_in(loaded, settled, graphs.equip(self.decoder))
        self.selftest = SelfTest(self.loaded, self.decoder)

    def switch(self, loaded: LoadedModel) -> None:
        """Go on with another version of the same base; features that stay the same are kept."""
        self._wear(loaded)
        self._beyond = None
        self._kept.keep(lambda key: isinstance(key, tuple) and key[0] == "features")

    def look(
        self,
        page: PageRef,
        box: Box | None,
        splitting: bool,
        password: str | None,
        clock: Clock,
        larger: float = 1.0,
    ) -> Generator[str, None, Seen]:
        """Draw what the model is to see; yields what is being done, and returns `Seen`.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        key = (stamp(page.path), page, box, splitting, larger)
        if (seen := self._seen.get(key)) is not None:
            return seen
        start = time.perf_counter()
        yield "Opening the page"
        document = self._pages.open(page.path, password)
        if page.page >= document.page_count:
            raise QuestionUnanswerable(_no_page(page, document.page_count))
        size, words = self._measured_page(page)
        clock.open += time.perf_counter() - start
        sheet = views.sheet_of(size, box or WHOLE_PAGE, page.rotation, words, larger)
        layout = self.loaded.family.plan(self.loaded.processor, sheet, splitting)
        if views.is_scanned(sheet, layout, box):
            sheet = replace(sheet, askew=self._angles.of(page))
        drawn: list[Drawn] = []
        for index, tile in enumerate(layout.tiles):
            yield f"Drawing view {index + 1} of {len(layout.tiles)}"
            start = time.perf_counter()
            drawn.append(views.draw(self._pages, page, box, sheet, layout, tile))
            clock.render += time.perf_counter() - start
        self._drawn.update((one.digest, one) for one in drawn)
        while len(self._drawn) > DRAWN_VIEWS:  # of pages that were looked at and then left
            self._drawn.pop(next(iter(self._drawn)))
        seen = Seen(
            page,
            box,
            size,
            sheet,
            words,
            replace(layout, tiles=tuple(one.tile for one in drawn)),
            tuple(one.view for one in drawn),
            tuple(one.digest for one in drawn),
        )
        self._seen.put(key, seen, 1)
        return seen

    def look_at(
        self, question: Question, password: str | None, clock: Clock
    ) -> Generator[str, None, tuple[Seen, ...]]:
        """See every page that a question is about, as `look` does, its own page first."""
        seen = yield from self.look(
            question.page, question.box, question.splitting, password, clock, question.larger
        )
        found = [seen]
        for page in question.more_pages:
            found.append((yield from self.look(page, None, question.splitting, password, clock)))
        return tuple(found)

    def _measured_page(self, page: PageRef) -> tuple[PageSize, tuple[Word, ...]]:
        """Return a page's size and its text layer, both read once for all of its parts."""
        key = (stamp(page.path), page.page)
        if (known := self._measured.get(key)) is None:
            size = self._pages.sizes(page.path, page.page, 1)[0]
            try:
                known = size, self._pages.words(page)
            except DeskError:  # it can still be looked at, and be read another time
                return size, ()
            self._measured.put(key, known, 1)
        return known

    def begin(
        self, seen: Seen, prompt: Prompt, clock: Clock, more: Sequence[Seen] = ()
    ) -> Generator[str, None, Any]:
        """Prefill the part of a prompt that does not depend on the question.

        Yields what is being done. Returns the sequence, which holds exactly that part.
        """
        if (known := self.known(prompt, (seen, *more), clock)) is not None:
            return known
        found: list[Tensor] = []
        for one in (seen, *more):
            found += yield from self.features(one, clock)
        self._drawn.clear()
        yield "Reading the page"
        start = time.perf_counter()
        loaded, layouts = self.loaded, tuple(one.layout for one in (seen, *more))
        pictures = Pictures(layouts, tuple(found))
        with torch.inference_mode():
            sequence = loaded.family.begin(
                loaded.model, loaded.processor, self.decoder, prompt, pictures
            )
        clock.prefill += time.perf_counter() - start
        self.keep(prompt, (seen, *more), sequence)
        return sequence

    def known(self, prompt: Prompt, pages: Sequence[Seen], clock: Clock) -> Any:
        """Return the sequence that `begin` would, where it is kept, or None."""
        self.cut()
        key = self._key(prompt, pages)
        if (kept := self._kept.get(key)) is not None:
            kept.rewind(prompt.prefix)  # a question before this one has left its tokens behind
            self._kept.put(key, kept, kept.size_bytes)  # and may have made it larger
            return kept
        start = time.perf_counter()
        revived = self._revived(key, prompt.prefix) if prompt.prefix else None
        clock.prefill += time.perf_counter() - start if revived is not None else 0.0
        return revived

    def keep(self, prompt: Prompt, pages: Sequence[Seen], sequence: Any) -> None:
        """Keep what `begin` has made, where it can be."""
        if self.loaded.family.abilities.keeps_prefix and prompt.prefix:
            key = self._key(prompt, pages)
            self._kept.put(key, sequence, sequence.size_bytes)
            if isinstance(sequence, LlamaSequence):
                self._disk.add(self._lasting(key), partial(sequence.first, prompt.prefix))

    def resume(
        self, prompt: Prompt, ids: Sequence[int], pages: Sequence[Seen], clock: Clock
    ) -> Generator[str, None, tuple[Any, int]]:
        """Do as `begin`, but leave what was read beyond it, see `hold`, as far as `ids` begin so.

        Yields what is being done. Returns the sequence and how many tokens it holds, the first of
        `ids`: at least the prompt's prefix, with which `ids` must begin.
        """
        key, beyond = self._key(prompt, pages), self._beyond
        kept = self._kept.get(key) if beyond is not None and beyond.key == key else None
        if beyond is None or kept is None:
            return (yield from self.begin(pages[0], prompt, clock, pages[1:])), prompt.prefix
        self._beyond, count = None, shared(beyond.ids, ids)
        kept.rewind(count)
        self._kept.put(key, kept, kept.size_bytes)
        return kept, count

    def hold(self, prompt: Prompt, ids: Sequence[int], pages: Sequence[Seen]) -> None:
        """Note that the sequence of `resume` holds these tokens; the next one may go on there."""
        if (kept := self._kept.get(key := self._key(prompt, pages))) is not None:
            self._beyond = Beyond(key, prompt.prefix, tuple(ids))
            self._kept.put(key, kept, kept.size_bytes)

    def cut(self) -> None:
        """Forget what was read ahead beyond a page."""
        beyond, self._beyond = self._beyond, None
        if beyond is not None and (kept := self._kept.get(beyond.key)) is not None:
            kept.rewind(beyond.prefix)

    def _key(self, prompt: Prompt, pages: Sequence[Seen]) -> tuple[Any, ...]:
        digests = tuple(digest for one in pages for digest in one.digests)
        return ("prefix", *self.loaded.key, digests, prompt.ids[: prompt.prefix])

    def _revived(self, key: tuple[Any, ...], length: int) -> Any:
        """Return a prefix that an earlier process has prefilled, or None."""
        if not isinstance(self.decoder, LlamaDecoder):
            return None
        saved = self._disk.load(self._lasting(key))
        sequence = None if saved is None else self.decoder.resume(saved)
        if sequence is None or sequence.length != length:
            return None
        self._drawn.clear()
        self._kept.put(key, sequence, sequence.size_bytes)
        return sequence

    def _lasting(self, key: tuple[Any, ...]) -> object:
        """Return a key that no other weights share, also after a restart."""
        return (*key, self.loaded.files)

    def keep_in(self, store: PageStore | None) -> None:
        """Let what is made of pages from now on outlive this process in a store, or nowhere."""
        self._disk.use(store)

    def save(self) -> None:
        """Write to disk what was made of pages since the last time; nothing that was typed."""
        self._disk.save()

    def prompt(self, seen: Seen, question: str, more: Sequence[Seen] = ()) -> Prompt:
        """Build a question's prompt for what was seen, more pages after the first.

        Raises:
            QuestionUnanswerable: If there is no question, or the model takes no further pages.
        """
        loaded = self.loaded
        layouts = [one.layout for one in more]
        return build(loaded.family, loaded.processor, seen.layout, question, more=layouts)

    def drafts(self, pages: Sequence[Seen], prompt: Prompt) -> Drafts | None:
        """Return guesses from the pages' words, the question and earlier answers.

        Returns:
            None where the decoder cannot check them without changing the answer.
        """
        if not (isinstance(self.decoder, Checking) and self.decoder.exact):
            return None
        known = [((one.page, len(one.words), stamp(one.page.path)), one.words) for one in pages]
        asked = prompt.ids[prompt.prefix :]
        return self._guesses.drafts(self.loaded.processor.tokenizer, known, asked)

    def remember(self, ids: Sequence[int]) -> None:
        """Keep an answer's tokens to guess later answers by."""
        self._guesses.remember(ids)

    def forget(self) -> None:
        """Give up everything that is kept of pages."""
        self._kept.clear()
        self._beyond = None
        self._drawn.clear()
        self._disk.forget()

    def features(self, seen: Seen, clock: Clock) -> Generator[str, None, tuple[Tensor, ...]]:
        """Encode the views that are not kept, one by one; returns what each became."""
        found: list[Tensor] = []
        for index, digest in enumerate(seen.digests):
            features = self.known_features(digest)
            if features is None:
                yield f"Looking at view {index + 1} of {len(seen.digests)}"
                start = time.perf_counter()
                features = encode(self.loaded.family, self.loaded.model, self.pixels(seen, index))
                clock.encode += time.perf_counter() - start
                self.keep_features(digest, features)
            found.append(features)
        return tuple(found)

    def known_features(self, digest: bytes) -> Tensor | None:
        """Return what a view became, where it is kept, or None."""
        key = ("features", *self.loaded.sees, digest)
        features: Tensor | None = self._kept.get(key)
        if features is None and (saved := self._disk.load(self._lasting(key))) is not None:
            features = saved.to(self.loaded.model.device)
            self._kept.put(key, features, features.nbytes)
        return features

    def keep_features(self, digest: bytes, features: Tensor) -> None:
        """Keep what a view became."""
        key = ("features", *self.loaded.sees, digest)
        self._kept.put(key, features, features.nbytes)
        self._disk.add(self._lasting(key), features.detach)

    def pixels(self, seen: Seen, index: int) -> dict[str, Any]:
        """Return one view as the encoder takes it; see `Family.pixels`."""
        drawn = self.draw_again(seen, index)
        return self.loaded.family.pixels(self.loaded.processor, drawn.image)

    def draw_again(self, seen: Seen, index: int) -> Drawn:
        """Return one view's pixels, drawn again when they are no longer there."""
        drawn = self._drawn.get(seen.digests[index])
        if drawn is not None:
            return drawn
        tile = seen.layout.tiles[index]
        return views.draw(self._pages, seen.page, seen.box, seen.sheet, seen.layout, tile)


def _no_page(page: PageRef, count: int) -> str:
    pages = "one page" if count == 1 else f"{count} pages"
    return f"{Path(page.path).name} has {pages}; there is no page {page.page + 1}."
