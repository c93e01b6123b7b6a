"""What can be refused, in words.

Every refusal carries its text in Chinese and in English; the edge (API, page, CLI) picks the
reader's language and maps the class to a status. A message says what was expected, what was
found and what to do; it never holds personal data, a path or a Python type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    """One text in both languages of the interface."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text for `language` ("zh" or "en"); Chinese where it is anything else."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class FieldError:
    """A field that was refused. `path` is a JSON pointer such as /applicant/id_number."""

    path: str
    message: Words


class LianbanError(Exception):
    """Base of every refusal. `code` is a stable word for machines, `facts` extra JSON values."""

    status = 400
    code = "refused"

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        code: str | None = None,
        fields: tuple[FieldError, ...] | list[FieldError] = (),
        **facts: Any,
    ) -> None:
        super().__init__(en)
        self.message = Words(zh, en)
        self.code = code or type(self).code
        self.fields = tuple(fields)
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """A refusal may come from another process; its subclasses differ in how they are made."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[LianbanError], args: tuple[Any, ...], facts: dict[str, Any]) -> LianbanError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


class Invalid(LianbanError):
    """The input is understood but breaks a rule; `fields` names the places."""

    status = 422
    code = "invalid"


class Unauthenticated(LianbanError):
    status = 401
    code = "unauthenticated"


class Forbidden(LianbanError):
    status = 403
    code = "forbidden"


class NotFound(LianbanError):
    status = 404
    code = "not-found"


class Conflict(LianbanError):
    """The state of the case does not allow this; `facts` may hold the present state."""

    status = 409
    code = "conflict"


class Stale(Conflict):
    """The caller saw an older version of what he wants to change (or somebody was faster)."""

    code = "stale-version"


class TooLarge(LianbanError):
    status = 413
    code = "too-large"


class UnsupportedMedia(LianbanError):
    status = 415
    code = "unsupported-media"


class CalendarUncovered(Invalid):
    """A calculation reached a year without a calendar file; `facts["year"]` names it."""

    code = "calendar-uncovered"


class CatalogueError(LianbanError):
    """An item, calendar, form or rule file is wrong; the message names file and line."""

    status = 500
    code = "catalogue"


class ExpressionError(Invalid):
    """An expression is outside the whitelist, or failed on the data it was given."""

    code = "expression"


class ProcedureFault(LianbanError):
    """A case cannot go on by its diagram (a loop without end, an operation that failed)."""

    status = 409
    code = "procedure-fault"


class DeploymentRefused(Invalid):
    """A procedure has findings of level error; `facts["findings"]` lists them all."""

    code = "deployment-refused"
