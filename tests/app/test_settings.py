"""What can be set, and how a bad setting is named."""

import os

import pytest

from agents.support import SUPPORT
from interlock.app.quotas import require_quotas
from interlock.app.settings import Settings, SettingsError, load_settings, require_live
from interlock.guards.quotas import Limit

OURS = ("INTERLOCK_", "LIVEKIT_", "OPENAI_", "ASSEMBLYAI_", "ELEVEN_", "XDG_DATA_HOME")


@pytest.fixture(autouse=True)
def _empty_surroundings(monkeypatch, tmp_path):
    for name in [n for n in os.environ if n.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def complaints():
    with pytest.raises(SettingsError) as raised:
        load_settings()
    return str(raised.value).splitlines()


def test_nothing_set_is_enough(monkeypatch):
    """A clean machine has every default."""
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    settings = load_settings()
    assert (settings.store, settings.flow, settings.timezone) == ("/data/interlock/calls.sqlite", "", "UTC")
    assert not settings.live


def test_a_data_home_that_is_not_absolute_is_ignored(monkeypatch):
    """As the XDG base directory specification asks."""
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    monkeypatch.setenv("HOME", "/home/anna")
    assert load_settings().store == "/home/anna/.local/share/interlock/calls.sqlite"


def test_a_project_that_names_one_has_a_record_of_its_own(monkeypatch, tmp_path):
    """Two projects on one machine: neither lists, judges or watches the other's calls, and each has its own systems."""
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.delenv("INTERLOCK_PROJECT", raising=False)
    (tmp_path / "pyproject.toml").write_text('[tool.interlock]\nflows = "app.flows:FLOWS"\nrecord = "my-desk"\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert load_settings().store == "/data/interlock/my-desk/calls.sqlite"


def test_the_environment_wins_over_files_and_the_local_file_over_the_common_one(monkeypatch, tmp_path):
    """Three places, one order."""
    (tmp_path / ".env").write_text("INTERLOCK_FLOW=one\nINTERLOCK_STORE=one\nINTERLOCK_LLM=one/one\n")
    (tmp_path / ".env.local").write_text("INTERLOCK_STORE=two\nINTERLOCK_LLM=two/two\nOPENAI_API_KEY=key\n")
    monkeypatch.setenv("INTERLOCK_LLM", "three/three")
    settings = load_settings()
    assert (settings.flow, settings.store, settings.llm) == ("one", "two", "three/three")
    assert settings.openai_api_key.get_secret_value() == "key"


def test_an_empty_variable_is_none(monkeypatch):
    """`LIVEKIT_URL=` in a copied example file means not set."""
    monkeypatch.setenv("LIVEKIT_URL", "")
    monkeypatch.setenv("INTERLOCK_LOG_JSON", "")
    assert load_settings().livekit_url is None


QUOTAS_SAY = (
    'JSON of quotas, whose they are, and how many in which time or off, such as {"callbacks": {"caller": "3/24h"}}'
)
BAD_QUOTAS = (
    "3/24h",
    "[1]",
    '{"callbacks": 3}',
    '{"callbacks": {"caller": 3}}',
    '{"callbacks": {"caller": "0/24h"}}',
    '{"callbacks": {"caller": "3/0h"}}',
    '{"callbacks": {"caller": "3 a day"}}',
    '{"callbacks": {"caller": 0}}',
    '{"callbacks": {"caller": ""}}',
    '{"callbacks": {"caller": "3/1d off"}}',
    '{"callbacks": {"caller": "3/1d 9/12h"}}',
    '{"callbacks": {"caller": "3/1d 2/30d"}}',
    '{"callbacks": {"somebody": "3/24h"}}',
)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LIVEKIT_URL", "http://x", "ws:// or wss://"),
        ("LIVEKIT_URL", "ws://", "ws:// or wss://"),
        ("INTERLOCK_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("INTERLOCK_LOG_JSON", "perhaps", "true or false"),
        ("INTERLOCK_TIMEZONE", "Mars/Olympus", "an IANA name such as Europe/Berlin"),
        ("INTERLOCK_TIMEZONE", "../etc/passwd", "an IANA name such as Europe/Berlin"),
        ("INTERLOCK_LLM", "gpt", "provider/model, such as openai/gpt-4.1-mini"),
        ("INTERLOCK_SILENCE_S", "0", "seconds of silence, above 0 and up to 600"),
        ("INTERLOCK_SILENCE_S", "nan", "seconds of silence, above 0 and up to 600"),
        ("INTERLOCK_FLOW", "a b", "the name of a flow, as interlock flows lists them"),
    ],
)
def test_a_bad_setting_is_named_with_what_was_found_and_expected(monkeypatch, name, value, expected):
    """One line a setting."""
    monkeypatch.setenv(name, value)
    assert complaints() == [f'{name} is "{value}", expected {expected}']


@pytest.mark.parametrize("value", [value for value in BAD_QUOTAS if "{" in value or "[" in value])
def test_bad_quotas_are_told_of_and_not_shown(monkeypatch, value):
    """What is neither plain words nor an address may hold anything."""
    monkeypatch.setenv("INTERLOCK_QUOTAS", value)
    assert complaints() == [f"INTERLOCK_QUOTAS is something else (not shown), expected {QUOTAS_SAY}"]


def test_limits_that_outlive_a_call_are_set_by_name(monkeypatch):
    """So many in such a time, for one key of one quota; a call has them among its terms."""
    monkeypatch.setenv("INTERLOCK_QUOTAS", '{"callbacks": {"caller": "2/24h", "anonymous": "9/10m"}}')
    settings = load_settings()
    its = {"callbacks": {"caller": Limit(2, 86_400.0), "anonymous": Limit(9, 600.0)}}
    assert settings.terms.quotas == its
    require_quotas(settings, [SUPPORT])


def test_a_limit_may_have_a_longer_window_beside_it_or_be_off(monkeypatch):
    """A window is so many seconds, whatever they are written in: it ends with no midnight."""
    value = '{"callbacks": {"caller": "3/1d 9/30d", "number": "3/24h", "share": "off"}}'
    monkeypatch.setenv("INTERLOCK_QUOTAS", value)
    caller = Limit(3, 86_400.0, longer=Limit(9, 30 * 86_400.0))
    its = {"callbacks": {"caller": caller, "number": Limit(3, 86_400.0), "share": None}}
    assert load_settings().terms.quotas == its


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ('{"callback": {"caller": "2/24h"}}', "INTERLOCK_QUOTAS names 'callback', expected one of: callbacks, "),
        ('{"callbacks": {"account": "2/24h"}}', "INTERLOCK_QUOTAS limits callbacks by account, expected one of: "),
    ],
)
def test_a_limit_of_no_flow_is_named_before_any_call(monkeypatch, value, complaint):
    """Else it would limit nobody, and nobody would know."""
    monkeypatch.setenv("INTERLOCK_QUOTAS", value)
    with pytest.raises(SettingsError) as found:
        require_quotas(load_settings(), [SUPPORT])
    assert str(found.value).startswith(complaint)


def test_every_bad_setting_is_named_at_once(monkeypatch, tmp_path):
    """In files too, and nobody has to start five times."""
    (tmp_path / ".env").write_text("INTERLOCK_TIMEZONE=Mars\nINTERLOCK_STOER=x\n")
    monkeypatch.setenv("LIVEKIT_URL", "http://x")
    assert [line.split()[0] for line in complaints()] == ["INTERLOCK_STOER", "INTERLOCK_TIMEZONE", "LIVEKIT_URL"]


@pytest.mark.parametrize("name", ["INTERLOCK_STOER", "interlock_stoer"])
def test_an_unknown_setting_is_an_error_that_names_the_nearest(monkeypatch, name):
    """A typing error never passes for a default."""
    monkeypatch.setenv(name, "x")
    assert complaints() == ["INTERLOCK_STOER is no setting, expected a name such as INTERLOCK_STORE"]


def test_a_variable_of_somebody_else_is_none_of_our_business(monkeypatch, tmp_path):
    """Only our prefix is ours to be strict about."""
    (tmp_path / ".env").write_text("OTHER_THING=x\n")
    monkeypatch.setenv("LIVEKIT_SOMETHING", "x")
    assert load_settings()


def test_a_secret_is_never_printed(monkeypatch):
    """Neither with the settings nor in a complaint about another one."""
    for name in ("LIVEKIT_API_SECRET", "OPENAI_API_KEY", "ASSEMBLYAI_API_KEY", "ELEVEN_API_KEY"):
        monkeypatch.setenv(name, "canary")
    assert "canary" not in repr(load_settings())
    monkeypatch.setenv("OPENAI_API_KEY", "sk canary")
    monkeypatch.setenv("LIVEKIT_URL", "http://x")
    assert complaints() == [
        'LIVEKIT_URL is "http://x", expected ws:// or wss://',
        "OPENAI_API_KEY is something else (not shown), expected a key from OpenAI, without spaces",
    ]


def test_going_live_needs_the_three_of_livekit_and_a_key_for_each_provider_named(monkeypatch):
    """Missing ones are named with why they are needed; the embedded models need none."""
    monkeypatch.setenv("LIVEKIT_URL", "wss://example.org")
    monkeypatch.setenv("INTERLOCK_TTS", "elevenlabs/eleven_flash_v2_5")
    settings = load_settings()
    assert settings.live
    with pytest.raises(SettingsError) as raised:
        require_live(settings)
    assert str(raised.value).splitlines() == [
        "LIVEKIT_API_KEY is missing, expected the key of the LiveKit project",
        "LIVEKIT_API_SECRET is missing, expected the secret of the LiveKit project, without spaces",
        "ELEVEN_API_KEY is missing, expected a key from ElevenLabs, without spaces,"
        " because INTERLOCK_TTS is elevenlabs/eleven_flash_v2_5",
    ]


def test_going_live_with_everything_is_fine(monkeypatch):
    """No complaint, no exception."""
    for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LIVEKIT_URL", "ws://localhost:7880")
    require_live(load_settings())


def test_every_setting_says_what_is_expected():
    """Or its complaint would have nothing to say."""
    assert all(info.description for info in Settings.model_fields.values())
