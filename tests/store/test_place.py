"""Which database a setting means: whatever it says, one line without a secret, or a place; libpq's words are known."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.app.store import StoreError, open_reader
from interlock.app.store.libpq import LEFT_OUT, TAKEN, connect_arguments
from interlock.app.store.place import is_postgres, path_of, require_place, shown, url_of
from tests.store.in_secret import InSecret
from tests.store.postgres import Postgres

PW = "S3CR3TPW"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:pw@db.example:5432/calls",
        "postgres://u:pw@db.example:5432/calls",
        "POSTGRESQL://u:pw@db.example:5432/calls",
        "postgresql+psycopg://u:pw@db.example:5432/calls",
        " postgresql://u:pw@db.example:5432/calls\n",
    ],
)
def test_however_it_is_written_it_is_the_same_place(text: str) -> None:
    """
    As PostgreSQL's own programs take it, and by one driver.
    """
    url = url_of(text)
    assert (url.drivername, url.username, url.password) == ("postgresql+asyncpg", "u", "pw")
    assert (url.host, url.port, url.database) == ("db.example", 5432, "calls")
    assert shown(text) == "postgresql://db.example/calls"


@pytest.mark.parametrize(
    ("text", "host"),
    [("postgresql:///d", None), ("postgresql://[::1]:5/d", "::1"), ("postgresql://%2Frun%2Fpg/d", "/run/pg")],
)
def test_a_host_may_be_left_out_or_an_address_or_the_folder_of_a_socket(text: str, host: str | None) -> None:
    """
    All of these are places.
    """
    assert url_of(text).host == host
    assert is_postgres(shown(text))


ODD = {
    "a port that is a word": (f"postgresql://u:{PW}@h:port/d", "cannot be read"),
    "a port out of range": (f"postgresql://u:{PW}@h:65536/d", "of port 65536, expected one from 1 to 65535"),
    "no port": (f"postgresql://u:{PW}@h:0/d", "of port 0"),
    "a port of 5000 digits": (f"postgresql://u:{PW}@h:{'9' * 5000}/d", "cannot be read"),
    "half an address": (f"postgresql://u:{PW}@[::1/d", "cannot be read"),
    "no address": (f"postgresql://u:{PW}@[::zz]/d", "host cannot be read"),
    "an at sign": (f"postgresql://u:{PW}@{PW}@h/d", "host cannot be read"),
    "nobody at all": (f"postgresql://u:{PW}", "cannot be read"),
    "a space": (f"postgresql://u:{PW}@a {PW}/d", "host cannot be read"),
    "two hosts": (f"postgresql://u:{PW}@a,b/d", "host cannot be read"),
    "an sslmode there is not": (f"postgresql://u:{PW}@h/d?sslmode={PW}", "another sslmode than can be used"),
    "a word there is not": (f"postgresql://u:{PW}@h/d?{PW}=1", "a word that is not known, expected of appl"),
    "what the driver cannot do": (f"postgresql://u:{PW}@h/d?channel_binding=require", "another channel_binding"),
    "no number": (f"postgresql://u:{PW}@h/d?connect_timeout={PW}", "another connect_timeout"),
    "another kind": (f"mysql://u:{PW}@h/d", "is a mysql URL"),
    "no kind": (f"://u:{PW}@h/d", "no URL that can be read"),
    "a kind with spaces": (f"post gres://u:{PW}@h/d", "no URL that can be read"),
    "a file on a host": (f"sqlite://u:{PW}@h/d", "more than a path"),
    "a file with words": (f"sqlite:///d?key={PW}", "more than a path"),
    "a NUL": (f"a\0{PW}", "a NUL in it"),
    "nobody's home": ("~nobody-of-that-name/x", "in the home of a user there is not"),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_place_is_one_line_without_its_secret(what: str) -> None:
    """
    What was found, and what was expected.
    """
    text, says = ODD[what]
    with pytest.raises(StoreError, match=says) as refused:
        require_place(text)
    assert PW not in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.sampled_from(["postgresql://", "postgres://u:", "sqlite:///", "x://", ""]), st.text(), st.text())
def test_no_text_at_all_breaks_it(kind: str, before: str, after: str) -> None:
    """
    Nothing but `StoreError` is raised, and what a place is shown as has no password in it.
    """
    text = f"{kind}{before}:{PW}@{after}" if "://" in kind else f"{kind}{before}"
    try:
        require_place(text)
        said = shown(text)
    except StoreError as error:
        said = str(error)
    assert PW not in said or not is_url(text)


def is_url(text: str) -> bool:
    """Whether a text is taken for one; a path is shown as it is."""
    return "://" in text and not text.startswith("sqlite")


def test_a_file_that_was_named_by_a_url_is_shown_without_its_folders(tmp_path: Path) -> None:
    """
    Whatever else stands in the URL stays in it.
    """
    with pytest.raises(StoreError) as refused:
        open_reader(f"sqlite:///{tmp_path}/{PW}/x.sqlite")
    assert str(refused.value).startswith("the store sqlite:///.../x.sqlite does not exist")
    assert path_of("sqlite:////a/x.sqlite") == Path("/a/x.sqlite")


def test_the_words_of_libpq_go_to_the_driver_or_change_nothing() -> None:
    """
    Those the driver reads by itself, in a form it reads; seconds, and its caches; the rest is left out.
    """
    url = url_of("postgresql://h/d?sslmode=require&connect_timeout=2&keepalives=1&application_name=a%20b&ssl=disable")
    assert connect_arguments(url, 5.0) == {
        "dsn": "postgresql://?sslmode=disable&application_name=a+b",
        "timeout": 2.0,
    }
    assert connect_arguments(url_of("postgresql://h/d?prepared_statement_cache_size=0&connect_timeout=99"), 5.0) == {
        "prepared_statement_cache_size": 0,
        "timeout": 5.0,
    }
    assert not set(TAKEN) & set(LEFT_OUT)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_record_is_reached_in_secret_where_the_url_says_so(postgres: Postgres, tmp_path: Path, mode: str) -> None:
    """
    By a certificate that is looked at, where that is asked for.
    """
    with InSecret(postgres.fresh(), tmp_path) as front:
        root = "" if mode == "require" else f"&sslrootcert={front.certificate}"
        open_reader(f"{front.url}?sslmode={mode}{root}").close()
        assert front.secret == front.asked > 0
        with pytest.raises(StoreError, match="cannot be used"):
            open_reader(f"{front.url}?sslmode=verify-full")  # nobody vouches for it
        with pytest.raises(StoreError, match="cannot be used"):
            open_reader(f"{front.url}?sslmode=verify-full&sslrootcert={tmp_path}/none.pem")


@pytest.mark.slow
def test_where_it_has_to_be_secret_a_server_that_refuses_is_told_nothing(postgres: Postgres, tmp_path: Path) -> None:
    """
    Without the word it goes on in the open, as libpq does by default.
    """
    with InSecret(postgres.fresh(), tmp_path, refuses=True) as front:
        with pytest.raises(StoreError, match="cannot be used"):
            open_reader(f"{front.url}?sslmode=require")
        assert (front.asked, front.open) == (1, 0)
        open_reader(f"{front.url}?sslmode=prefer").close()
        assert front.open
