from __future__ import annotations

import torch
from torch.nn import functional

from benchmarks.floor import operations


def test_products_and_attention_on_a_processor_are_counted() -> None:
    rows, weight = torch.ones(5, 7), torch.ones(11, 7)
    assert operations(lambda: functional.linear(rows, weight)) == 2 * 5 * 7 * 11
    query, keys = torch.ones(1, 6, 10, 32), torch.ones(1, 6, 30, 32)
    looked = operations(lambda: functional.scaled_dot_product_attention(query, keys, keys))
    assert looked == 2 * 2 * 6 * 10 * 30 * 32
