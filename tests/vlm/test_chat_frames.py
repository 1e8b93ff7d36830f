from __future__ import annotations

import pytest

from tests import tiny
from vlm.chat_frames import only_writes
from vlm.families import FAMILIES
from vlm.families.family import Family

PARTS = "{% for part in messages[0]['content'] %}<>{% endfor %}"


@pytest.mark.parametrize(
    "written",
    [
        "{{ part['text'] }}",
        "{{ part.text }}",
        "{{ 'Q: ' + part['text'] + '\n' }}",
        "{% if part['type'] == 'image' %}{{ '<image>' }}{% else %}{{ part['text'] }}{% endif %}",
        "{% if 'text' in part %}{{ part['text'] }}{% endif %}",
    ],
)
def test_a_text_that_is_only_written_changes_nothing_around_it(written: str) -> None:
    assert only_writes(PARTS.replace("<>", written))


@pytest.mark.parametrize(
    "written",
    [
        "{{ part['text'] | upper }}",
        "{% if '/think' in part['text'] %}{{ part['text'] }}!{% endif %}",
        "{{ part['text'] if part.text else 'Describe it.' }}",
        "{% set said = part['text'] %}{{ said }}",
        "{{ part.text.strip() }}",
        "{{ messages[0]['content'] | map(attribute='text') | join }}",
        "{% macro say(one) %}{{ one['text'] }}{% endmacro %}{{ say(part) }}",
        "{{ part | tojson }}",
        "{% generation %}{{ part['text'] }}{% endgeneration %}",
        "{{ part['text'] ",
    ],
)
def test_a_text_with_which_anything_else_is_done_may_change_it(written: str) -> None:
    assert not only_writes(PARTS.replace("<>", written))


@pytest.mark.parametrize("family", [one for name, one in FAMILIES.items() if name in tiny.KINDS])
def test_the_chat_forms_that_models_were_taught_only_write(family: Family) -> None:
    assert only_writes(family.fallback_template)
