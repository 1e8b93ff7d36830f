"""What a chat template writes around a question, where the question changes nothing of it.

A template is a small program, and running it takes a good part of the time to a quick answer's
first word. Most templates only write the question out; what stands around it is then always alike.
"""

from __future__ import annotations

import functools

from jinja2 import Environment, TemplateSyntaxError, nodes

PLAIN = (nodes.Template, nodes.Output, nodes.For, nodes.If, nodes.Add, nodes.Concat)
"""Parts of a template through which a text goes as it is."""

ASIDE = ("test", "iter", "target")
"""What decides about such a part, and is not written."""


@functools.lru_cache(maxsize=8)
def only_writes(template: str) -> bool:
    """Tell whether a template does nothing with the text of a message but write it out.

    Args:
        template: In Jinja's language; False where it needs more than that language.
    """
    try:
        tree = Environment(extensions=["jinja2.ext.loopcontrols"]).parse(template)
    except TemplateSyntaxError:
        return False
    places = _places(tree, plainly=True)
    return bool(places) and all(places)


def _places(node: nodes.Node, plainly: bool) -> list[bool]:
    """Tell of each place that reaches for a text, whether it only writes it."""
    if isinstance(node, nodes.Getattr) and node.attr == "text":
        return [plainly]
    if isinstance(node, nodes.Getitem) and _names_text(node.arg):
        return [plainly]
    if isinstance(node, nodes.Keyword) and _names_text(node.value):
        return [False]  # a filter's: the attribute to take of each part
    within = plainly and isinstance(node, PLAIN)
    found: list[bool] = []
    for child in node.iter_child_nodes(exclude=ASIDE):
        found += _places(child, within)
    for child in node.iter_child_nodes(only=ASIDE):
        found += _places(child, False)
    return found


def _names_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and node.value == "text"
