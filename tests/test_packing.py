"""Batches of relevance: none of what is asked is lost, and rows that carry nothing are left out of products."""

from __future__ import annotations

import torch
from tiny import pairs, tiny_model

from nmt_audit.relevance.packing import BATCH_ROWS, BATCH_TOKENS, ROW_REQUESTS, packed
from nmt_audit.relevance.products import through_layer, with_each
from nmt_audit.relevance.request import request

MODEL = tiny_model(3)


def test_every_request_is_in_one_row_about_its_pair_and_batches_keep_their_limits() -> None:
    asked = [
        request(MODEL, source=source, target=target, position=j, state=state)
        for number, (source, target) in enumerate(pairs()[:60])
        for j in range(1 + number % 4)
        for state in MODEL.path
    ]
    batches = list(packed(asked))
    assert sorted(i for batch in batches for row in batch for i in row) == list(range(len(asked)))
    for batch in batches:
        rows = [[asked[i] for i in row] for row in batch]
        assert all(len(row) <= ROW_REQUESTS and len({one.key for one in row}) == 1 for row in rows)
        source, steps = (max(len(row[0].source_tokens) for row in rows), max(one.steps for row in rows for one in row))
        assert len(rows) <= BATCH_ROWS and len(rows) * (source + steps) <= BATCH_TOKENS
        # Rows of one batch ask about as much, so that no pass is for one row alone.
        assert len(rows) < BATCH_ROWS or len({len(row) for row in rows}) == 1


def test_a_product_without_the_empty_rows_is_the_product() -> None:
    torch.manual_seed(2)
    weight, bias = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
    rows = torch.randn(4, 2, 6, 5, dtype=torch.float64)
    rows[:, 1, 2:] = 0.0
    rows[1] = 0.0
    rows[2, 0, 1, 3] = torch.nan
    wanted = rows @ weight, (rows @ bias).unsqueeze(-1)
    torch.testing.assert_close(through_layer(rows, weight, bias), wanted, equal_nan=True)
    found = torch.func.vmap(lambda some: through_layer(some, weight, bias), in_dims=2, out_dims=2)(rows)
    torch.testing.assert_close(found, wanted, equal_nan=True)


def test_products_with_states_that_all_passes_share() -> None:
    torch.manual_seed(3)
    states, passes = torch.randn(2, 4, 5, dtype=torch.float64), torch.randn(3, 2, 6, 5, dtype=torch.float64)
    found = torch.func.vmap(lambda some: with_each(some, states))(passes)
    torch.testing.assert_close(found, passes @ states.mT)
