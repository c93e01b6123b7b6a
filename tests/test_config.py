"""Settings from the environment: what they become, and how a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import CHECKOUT, Config, ConfigError


def test_nothing_set_gives_the_checkouts_own_places() -> None:
    config = Config.from_environment({"LIANBAN_DATA": "", "LIANBAN_DEMO": ""})
    assert config == Config(
        data=CHECKOUT / "var",
        database_url=f"sqlite:///{CHECKOUT / 'var' / 'lianban.db'}",
        processes=CHECKOUT / "processes",
        demo=False,
        language="zh",
        sms_url=None,
    )


def test_every_variable_is_read(tmp_path: Path) -> None:
    config = Config.from_environment(
        {
            "LIANBAN_DATA": str(tmp_path / "data"),
            "LIANBAN_DATABASE_URL": "postgresql://lb:s%40cret@db.example/lianban",
            "LIANBAN_PROCESSES": str(tmp_path),
            "LIANBAN_DEMO": "1",
            "LIANBAN_LANGUAGE": "en",
            "LIANBAN_SMS_URL": "https://sms.example/send",
        }
    )
    assert config.data == tmp_path / "data"
    assert config.database_url == "postgresql+psycopg://lb:s%40cret@db.example/lianban"
    assert config.processes == tmp_path
    assert (config.demo, config.language) == (True, "en")
    assert config.sms_url == "https://sms.example/send"


def test_the_default_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    config = Config.from_environment({"LIANBAN_DATA": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/lianban.db"


def test_a_relative_sqlite_path_is_made_absolute(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.from_environment({"LIANBAN_DATABASE_URL": "sqlite:///a/b.db"})
    assert config.database_url == f"sqlite:///{tmp_path}/a/b.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIANBAN_DATABASE_URL", "mysql://u:hidden@h/n"),
        ("LIANBAN_DATABASE_URL", "hidden"),
        ("LIANBAN_DATABASE_URL", "sqlite://"),
        ("LIANBAN_DATABASE_URL", "sqlite:///:memory:"),
        ("LIANBAN_DEMO", "yes"),
        ("LIANBAN_LANGUAGE", "fr"),
        ("LIANBAN_SMS_URL", "ftp://hidden"),
        ("LIANBAN_SMS_URL", "https://"),
        ("LIANBAN_PROCESSES", "/no/such/hidden"),
        ("LIANBAN_DATA", __file__),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_environment({name: value})
    for text in (caught.value.message.zh, caught.value.message.en):
        assert name in text
        assert "\n" not in text
        assert "hidden" not in text


def test_the_repr_holds_no_password() -> None:
    url = "postgresql://lb:hidden@h/n"
    config = Config.from_environment({"LIANBAN_DATABASE_URL": url})
    assert "hidden" not in repr(config)
