# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collect the messages that users can meet from the source: errors and warnings of plugins, failures of roles and playbooks.

The reader follows the project's conventions and runs nothing: an error takes a message and a hint, both as text, as an
f-string, or from a constant, a local variable or a function of the same file. A part that only a run knows becomes "...".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from tests.tools.paths import ROOT

UNKNOWN = "..."
MOST_CHOICES = 3
_ERROR = re.compile(r"^_?[A-Z]\w*Error$")
_WARNINGS = {"warn", "warning"}
# Classes of the standard library: the collection handles them itself, and no user meets them.
_INTERNAL = {"ValueError", "FileNotFoundError", "AssertionError", "OSError", "DeadlineExceededError", "TunnelError"}
# The advice that the class itself adds.
SIGN_IN = "Sign in with the playbook beyondidentity.management.login or the role authorization_code."
_INSTRUCTION = re.compile(
    r"(?<=[.:]) (?=(?:Add|Change|Check|Choose|Give|If|Install|Name|Put|Remove|Replace|Run|Say|Set|Sign|To|Use|Wait|Write)\b)"
)
_ADVICE = re.compile(
    r"(?:^|[.:,)] |\b(?:and|or|then) )(?:Or:? )?(?:add|append|authenticate|change|check|choose|delegate|give|if|increase|install|look|name|omit|open|"
    r"paste|pass|please report|put|reduce|remove|replace|request|revoke|run|say|set|sign|stop|to|try|use|verify|wait|write)\b",
    re.IGNORECASE,
)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Message:
    """A message, what it advises, and the file that it is from."""

    file: str
    text: str
    advice: str = ""
    is_warning: bool = False


@dataclass
class _Scope:
    """What an expression can refer to: the file's constants and functions, and the values of a function's names."""

    tree: ast.Module
    function: _Function | None = None
    values: dict[str, ast.expr] = field(default_factory=dict)
    caller: _Scope | None = None
    depth: int = 0

    def find_function(self, name: str) -> _Function | None:
        """Return the only function of this name in the file."""
        found = [node for node in _list_functions(self.tree) if node.name == name]
        return found[0] if len(found) == 1 else None

    def list_assigned(self, name: str) -> list[ast.expr]:
        """Return what a name of the function or the file can be."""
        for body in (self.function, self.tree):
            nodes = list(ast.walk(body)) if isinstance(body, _Function) else list(body.body if body else [])
            found = [node.value for node in nodes if isinstance(node, ast.Assign) and _is_name(node.targets[0], name)]
            if found:
                return found
        return []


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def read_texts(node: ast.expr, scope: _Scope) -> list[str]:
    """Return the texts that an expression can be."""
    if scope.depth > 4:
        return [UNKNOWN]
    reader = _READERS.get(type(node))
    return list(dict.fromkeys(reader(node, scope))) if reader else [UNKNOWN]


def _read_constant(node: ast.Constant, _scope: _Scope) -> list[str]:
    return [node.value] if isinstance(node.value, str) else [UNKNOWN]


def _read_part(node: ast.expr, scope: _Scope) -> str:
    """Return a part of a text: the advice that is not always there, or dots if it can be several texts."""
    texts = [text for text in read_texts(node, scope) if text]
    return texts[0] if len(texts) == 1 else UNKNOWN if texts else ""


def _read_joined(node: ast.JoinedStr, scope: _Scope) -> list[str]:
    """Read an f-string: one text for each choice of a part between a few known texts."""
    texts = [""]
    for part in node.values:
        value = part.value if isinstance(part, ast.FormattedValue) else part
        choices = read_texts(value, scope)
        if UNKNOWN in choices or "" in choices or len(texts) * len(choices) > MOST_CHOICES:
            choices = [_read_part(value, scope)]
        texts = [text + choice for text in texts for choice in choices]
    return texts


def _read_conditional(node: ast.IfExp, scope: _Scope) -> list[str]:
    return read_texts(node.body, scope) + read_texts(node.orelse, scope)


def _read_choice(node: ast.BoolOp, scope: _Scope) -> list[str]:
    return [text for value in node.values for text in read_texts(value, scope) if text != UNKNOWN] or [UNKNOWN]


def _read_sum(node: ast.BinOp, scope: _Scope) -> list[str]:
    if not isinstance(node.op, ast.Add):
        return [UNKNOWN]
    return [_read_part(node.left, scope) + _read_part(node.right, scope)]


def _read_name(node: ast.Name, scope: _Scope) -> list[str]:
    if node.id in scope.values and scope.caller:
        return read_texts(scope.values[node.id], scope.caller)
    assigned = scope.list_assigned(node.id)
    inner = _Scope(scope.tree, scope.function, scope.values, scope.caller, scope.depth + 1)
    if assigned:
        return [text for value in assigned for text in read_texts(value, inner)]
    return [_constants().get(node.id, UNKNOWN)]


def _read_subscript(node: ast.Subscript, scope: _Scope) -> list[str]:
    """Read a value of a dictionary: any of them."""
    for value in scope.list_assigned(node.value.id) if isinstance(node.value, ast.Name) else []:
        if isinstance(value, ast.Dict):
            return [text for item in value.values for text in read_texts(item, scope)]
    return [UNKNOWN]


def _read_call(node: ast.Call, scope: _Scope) -> list[str]:
    name = _called(node)
    if name in ("strip", "rstrip") and isinstance(node.func, ast.Attribute):
        return [text.strip() for text in read_texts(node.func.value, scope)]
    function = scope.find_function(name)
    if function is None or _is_builder(function):
        return [UNKNOWN]
    inner = _Scope(scope.tree, function, _bind(node, function), scope, scope.depth + 1)
    returned = [part.value for part in ast.walk(function) if isinstance(part, ast.Return) and part.value]
    return [text for value in returned for text in read_texts(value, inner)] or [UNKNOWN]


def has_instruction(advice: str) -> bool:
    """Whether advice says what to do, not only what is wrong."""
    return bool(_ADVICE.search(advice))


def begins_with_instruction(text: str) -> bool:
    """Whether a message says what to do from its first word."""
    return bool(_INSTRUCTION.match(f": {text}", 1))


def _is_builder(function: _Function) -> bool:
    """Whether a function returns something other than text, as its annotation says."""
    return not (isinstance(function.returns, ast.Name) and function.returns.id == "str")


_READERS: dict[type[ast.expr], Any] = {
    ast.Constant: _read_constant,
    ast.JoinedStr: _read_joined,
    ast.IfExp: _read_conditional,
    ast.BoolOp: _read_choice,
    ast.BinOp: _read_sum,
    ast.Name: _read_name,
    ast.Subscript: _read_subscript,
    ast.Call: _read_call,
}


def _called(node: ast.Call) -> str:
    """Return the name of the called function, without its module or object."""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _bind(call: ast.Call, function: _Function) -> dict[str, ast.expr]:
    """Return the arguments of a call by the names of the function's parameters."""
    names = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    return {
        **dict(zip(names, call.args, strict=False)),
        **{word.arg: word.value for word in call.keywords if word.arg},
    }


@cache
def _constants() -> dict[str, str]:
    """Return the text constants of all files, for names that a file imports."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("plugins/**/*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                    found.setdefault(node.targets[0].id, node.value.value)
    return found


def _is_message(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = _called(node)
    return name in _WARNINGS or (bool(_ERROR.match(name)) and name not in _INTERNAL)


def _list_callers(tree: ast.Module, function: _Function | None) -> Iterator[tuple[ast.Call, _Function | None]]:
    """Yield the calls of a function in its file, each with the function that calls."""
    for outer, node in _list_calls(tree):
        if function is not None and _called(node) == function.name and outer is not function:
            yield node, outer


@cache
def _list_functions(tree: ast.Module) -> list[_Function]:
    return [node for node in ast.walk(tree) if isinstance(node, _Function)]


@cache
def _list_calls(tree: ast.Module) -> list[tuple[_Function | None, ast.Call]]:
    """Return each call of a file with the innermost function around it."""

    def walk(node: ast.AST, outer: _Function | None) -> Iterator[tuple[_Function | None, ast.Call]]:
        inner = node if isinstance(node, _Function) else outer
        if isinstance(node, ast.Call):
            yield inner, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inner)

    return list(walk(tree, None))


def _list_scopes(tree: ast.Module, function: _Function | None, call: ast.Call) -> Iterator[_Scope]:
    """Yield the scopes of a message: one for each caller if the caller supplies a part of the message."""
    used = {node.id for argument in call.args[:2] for node in ast.walk(argument) if isinstance(node, ast.Name)}
    parameters = {argument.arg for argument in function.args.args} if function else set()
    callers = list(_list_callers(tree, function)) if used & parameters else []
    for node, outer in callers:
        assert function
        yield _Scope(tree, function, _bind(node, function), _Scope(tree, outer))
    if not callers:
        yield _Scope(tree, function)


def read_source(text: str, file: str) -> Iterator[Message]:
    """Yield the messages of a Python file."""
    tree = ast.parse(text)
    for function, call in _list_calls(tree):
        if _is_message(call):
            is_warning = _called(call) in _WARNINGS
            for scope in _list_scopes(tree, function, call):
                advice = read_texts(call.args[1], scope) if len(call.args) > 1 and not is_warning else []
                known = [text for text in advice if text.replace(UNKNOWN, "").strip()]
                if _called(call) == "SignInRequiredError":
                    known = [SIGN_IN]
                for text in read_texts(call.args[0], scope):
                    message, own_advice = _split_advice(_tidy(text))
                    yield Message(file, message, _tidy(" Or: ".join(_longest(known)) or own_advice), is_warning)


def _longest(texts: list[str]) -> list[str]:
    """Return texts without those that another text contains."""
    return [text for text in texts if not any(other != text and text in other for other in texts)]


def _split_advice(text: str) -> tuple[str, str]:
    """Split a text before its first sentence that begins with an instruction."""
    found = _INSTRUCTION.search(text)
    return (text[: found.start()], text[found.start() + 1 :]) if found else (text, "")


def read_tasks(text: str, file: str) -> Iterator[Message]:
    """Yield the messages of the tasks `fail` and `assert` of a role or a playbook."""
    for task in _walk_tasks(yaml.safe_load(text)):
        failure = task.get("ansible.builtin.assert", {}).get("fail_msg") or task.get("ansible.builtin.fail", {}).get(
            "msg"
        )
        if failure:
            plain = _tidy(_JINJA.sub(UNKNOWN, str(failure)))
            message, advice = _split_advice(plain)
            yield Message(file, message, advice)


def _walk_tasks(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from _walk_tasks(child)


def _tidy(text: str) -> str:
    """Return text in one line, with one group of dots for adjacent unknown parts."""
    text = " ".join(text.split())
    return re.sub(r"\.\.\.(?:\s*\.\.\.)+", UNKNOWN, text).replace("....", UNKNOWN)


def read_files() -> Iterator[Message]:
    """Yield the messages of all files of the collection, also those that only pass on another text."""
    for path in sorted(ROOT.glob("plugins/**/*.py")):
        yield from read_source(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    for path in sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml")]):
        yield from read_tasks(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())


def list_messages() -> list[Message]:
    """Return the messages of the collection that have a text of their own, each once in a file."""
    found: dict[tuple[str, str], Message] = {}
    for message in filter(has_text, read_files()):
        key = (message.file, message.text)
        if key not in found or (message.advice and not found[key].advice):
            found[key] = message
    return list(found.values())


def has_text(message: Message) -> bool:
    """Whether a message has a text of its own, and does not only pass on another text."""
    return bool(re.search(r"[A-Za-z]{4}", message.text))
