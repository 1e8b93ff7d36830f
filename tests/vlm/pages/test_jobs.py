from __future__ import annotations

import pytest

from vlm.pages.jobs import LEAST_FREE, Job


def test_who_is_blamed_for_a_page_process_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("Drawing", "a.pdf", 1.0, 1)
    monkeypatch.setattr("vlm.shortage.free_bytes", lambda: LEAST_FREE)
    assert "The other pages may still work" in str(job.crashed())
    monkeypatch.setattr("vlm.shortage.free_bytes", lambda: LEAST_FREE - 1)
    assert str(job.crashed()) == (
        "Drawing page 2 of a.pdf needs more memory than is left. Close other programs and try "
        "again."
    )
