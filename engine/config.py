"""The settings of an installation, read once from the environment and then handed on as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import LianbanError

CHECKOUT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh", "en")


class ConfigError(LianbanError):
    """A setting or a key file is wrong; the message names it and says what was expected."""

    status = 500
    code = "configuration"


@dataclass(frozen=True)
class PasswordCost:
    """What one argon2id hash costs: memory in KiB, passes, lanes.

    The default is the OWASP Password Storage Cheat Sheet's first choice (19 MiB, two passes, one
    lane). Not an environment variable: a weak cost must not be one typing error away.
    """

    memory: int = 19456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True)
class Config:
    """Where things lie and how the system speaks.

    `database_url` is a SQLAlchemy URL whose driver is sqlite or postgresql+psycopg; it and
    `sms_url` may hold a password and are left out of the repr.
    """

    data: Path
    database_url: str = field(repr=False)
    processes: Path
    demo: bool = False
    language: str = "zh"
    sms_url: str | None = field(default=None, repr=False)
    password_cost: PasswordCost = PasswordCost()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Config:
        """Read the `LIANBAN_…` variables; an empty one counts as not set.

        Raises `ConfigError` with one line that names the variable and what it may hold.
        """
        data = _data_folder(environ.get("LIANBAN_DATA"))
        return cls(
            data=data,
            database_url=_database_url(environ.get("LIANBAN_DATABASE_URL"), data),
            processes=_folder(environ, "LIANBAN_PROCESSES", CHECKOUT / "processes"),
            demo=_choice(environ, "LIANBAN_DEMO", ("0", "1")) == "1",
            language=_choice(environ, "LIANBAN_LANGUAGE", LANGUAGES),
            sms_url=_http_url(environ, "LIANBAN_SMS_URL"),
        )


def _expected(name: str, zh: str, en: str) -> ConfigError:
    return ConfigError(f"环境变量 {name} 有误：{zh}。", f"Environment variable {name}: {en}.")


def _data_folder(text: str | None) -> Path:
    folder = Path(text).resolve() if text else CHECKOUT / "var"
    if folder.exists() and not folder.is_dir():
        raise _expected(
            "LIANBAN_DATA", "应为文件夹，实为文件", "expected a folder but found a file"
        )
    return folder


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    text = environ.get(name)
    if not text:
        return default
    if not Path(text).is_dir():
        raise _expected(name, "应为已存在的文件夹", "expected a folder that exists")
    return Path(text).resolve()


def _choice(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return the value of `name`, the first of `allowed` where it is not set."""
    text = environ.get(name) or allowed[0]
    if text not in allowed:
        listed = " / ".join(allowed)
        raise _expected(name, f"应为 {listed}", f"expected one of {listed}")
    return text


def _http_url(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _expected(
            name, "应为 http:// 或 https:// 地址", "expected an http:// or https:// URL"
        )
    return text


def _database_url(text: str | None, data: Path) -> str:
    if not text:
        return f"sqlite:///{data / 'lianban.db'}"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise _bad_database() from error
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        url = url.set(drivername="postgresql+psycopg")
    elif url.drivername == "sqlite":
        url = _sqlite_file(url)
    else:
        raise _bad_database()
    return url.render_as_string(hide_password=False)


def _sqlite_file(url: URL) -> URL:
    """Make the path absolute. A database in memory is refused: its threads would not share it."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise _bad_database()
    return url.set(database=str(Path(url.database).resolve()))


def _bad_database() -> ConfigError:
    return _expected(
        "LIANBAN_DATABASE_URL",
        "应为 sqlite:///文件路径 或 postgresql://用户:密码@主机/库名",
        "expected sqlite:///path/of/file or postgresql://user:password@host/name",
    )
