"""The syntax trees of source texts, each made once in a process: several tests look through the whole package."""

from __future__ import annotations

import ast
import functools


@functools.cache
def tree(source: str) -> ast.Module:
    """The tree of a module. Nobody may change it."""
    return ast.parse(source)


@functools.cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """All nodes of a module, as ast.walk gives them."""
    return tuple(ast.walk(tree(source)))
