"""Small decision tables for tests: a row a line, so that a line number can be asked for."""

from __future__ import annotations

from xml.sax.saxutils import escape

from engine.bpmn.dmn import DMN


def definitions(*inner: str, namespace: str = DMN) -> bytes:
    body = "\n".join(inner)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{namespace}" '
        'xmlns:camunda="http://camunda.org/schema/1.0/dmn" name="t" namespace="n">\n'
        f"{body}\n</definitions>"
    ).encode()


def text(tag: str, content: str) -> str:
    return f"<{tag}><text>{escape(content)}</text></{tag}>"


def column(expression: str, type_name: str = "", values: str = "", **attributes: str) -> str:
    """An input column; `values` are its inputValues."""
    written = "".join(f' {name.replace("__", ":")}="{v}"' for name, v in attributes.items())
    listed = text("inputValues", values) if values else ""
    source = f'<inputExpression typeRef="{type_name}"><text>{escape(expression)}</text>'
    return f"<input{written}>{source}</inputExpression>{listed}</input>"


def output(name: str, type_name: str = "", values: str = "", default: str = "") -> str:
    inner = text("outputValues", values) if values else ""
    inner += text("defaultOutputEntry", default) if default else ""
    return f'<output name="{name}" typeRef="{type_name}">{inner}</output>'


def rule(*cells: str, gives: tuple[str, ...] | str = "1") -> str:
    values = (gives,) if isinstance(gives, str) else gives
    inner = [text("inputEntry", cell) for cell in cells]
    return "<rule>" + "".join([*inner, *(text("outputEntry", v) for v in values)]) + "</rule>"


def decision(*inner: str, key: str = "t", name: str = "") -> str:
    return f'<decision id="{key}" name="{name or key}">\n' + "\n".join(inner) + "</decision>"


def table(*inner: str, policy: str = "UNIQUE", aggregation: str = "") -> str:
    how = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{how}>\n' + "\n".join(inner) + "</decisionTable>"


def requires(key: str) -> str:
    return f'<informationRequirement><requiredDecision href="#{key}"/></informationRequirement>'


def file_of(*inner: str, policy: str = "UNIQUE", aggregation: str = "", key: str = "t") -> bytes:
    """A file of one table."""
    return definitions(decision(table(*inner, policy=policy, aggregation=aggregation), key=key))
