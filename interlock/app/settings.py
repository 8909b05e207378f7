"""What can be set from outside: environment variables, `.env` and `.env.local`, checked once at start."""

import difflib
import json
import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from interlock.app.project_file import record_folder

if TYPE_CHECKING:
    from interlock.agents.call.terms import Terms

PREFIX = "INTERLOCK_"
OFF = "off"
"""For `INTERLOCK_DISCLOSURE`: callers are not told that a machine speaks, and each call's record says so."""
LARGEST_BYTES, MOST_REFERENCES = 1 << 16, 16
"""Of a file of settings."""
FILES = (".env", ".env.local")  # the later one wins, the environment wins over both

VARIABLES_OF = {
    "anthropic": "ANTHROPIC",
    "assemblyai": "ASSEMBLYAI",
    "cartesia": "CARTESIA",
    "deepgram": "DEEPGRAM",
    "elevenlabs": "ELEVEN",
    "google": "GOOGLE",
    "groq": "GROQ",
    "openai": "OPENAI",
}
"""How each provider's own variables begin: `..._API_KEY` and `..._BASE_URL`."""
SERVER = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
KEYS_OF = {provider: f"{begins}_API_KEY" for provider, begins in VARIABLES_OF.items()}


class SettingsError(Exception):
    """Bad or missing settings, one line each; a secret's value is never in it."""


def default_store() -> str:
    """Where calls are recorded when nobody says otherwise: in the user's data folder (XDG base directories), and there
    in a project's own where it names one."""
    given = os.environ.get("XDG_DATA_HOME", "")
    data = Path(given) if given.startswith("/") else Path.home() / ".local" / "share"
    return str(data / "interlock" / record_folder() / "calls.sqlite")


def _a_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError
    return name


class _Said(ValueError):
    """What is wrong with a value, in words that repeat nothing of it."""


def _a_store(place: str) -> str:
    if "://" in place:
        from interlock.app.store.errors import StoreError
        from interlock.app.store.place import require_place

        try:
            require_place(place)
        except StoreError as error:
            raise _Said(str(error).removeprefix("the store ")) from None
    return place


def _a_path(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError
    return path


def _from_json(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except RecursionError:
        raise ValueError from None


def _limits(text: object) -> object:
    """Limits as they are written in JSON: "5/24h" is 5 in 24 hours, "5/24h 20/30d" those and a longer one, "off" none.

    Raises `ValueError` for any other, and for one that lets nothing through: what is not to be done a chart leaves out.
    """
    from interlock.guards.quotas import WHOSE

    given, limits = _from_json(text), dict[str, dict[str, object]]()
    if not isinstance(given, Mapping) or not all(isinstance(its, Mapping) for its in given.values()):
        raise ValueError
    for quota, its in given.items():
        for whose, written in its.items():
            if whose not in WHOSE:
                raise ValueError
            limits.setdefault(str(quota), {})[whose] = _limit(str(written).strip())
    return limits


def _limit(written: str) -> object:
    from interlock.guards.quotas import Limit

    if written.lower() == OFF:
        return None
    found = [LIMIT.fullmatch(each) for each in written.split()]
    limit: Limit | None = None
    for each in reversed(found):
        if each is None:
            raise ValueError
        limit = Limit(int(each[1]), float(int(each[2]) * UNITS_S[each[3]]), longer=limit)
    if limit is None or not limit.widens():
        raise ValueError
    return limit


def _a_key(secret: SecretStr) -> SecretStr:
    if any(c.isspace() for c in secret.get_secret_value()):
        raise ValueError
    return secret


def _store_keys(secret: SecretStr) -> SecretStr:
    from interlock.app.store import Seal, StoreError

    try:
        Seal(secret.get_secret_value())
    except StoreError:
        raise ValueError from None
    return secret


def _checkpoint_key(secret: SecretStr) -> SecretStr:
    from interlock.app.proof import ProofError
    from interlock.app.proof.keys import key_of

    try:
        key_of(secret.get_secret_value())
    except ProofError:
        raise ValueError from None
    return secret


def _key(of: str, name: str) -> Any:
    return _says(f"a key from {of}, without spaces", name=f"{name}_API_KEY")


def _url(name: str) -> Any:
    return _says(URL_SAYS, name=f"{name}_BASE_URL", pattern=URL)


def _says(expected: str, default: Any = None, name: str | None = None, **kwargs: Any) -> Any:
    if "default_factory" not in kwargs:
        kwargs["default"] = default
    return Field(validation_alias=name, description=expected, **kwargs)


LIMIT = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,4})([smhd])", re.ASCII)
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
MODEL = r"^[a-z][a-z0-9_-]*/[^\s,]+(\s*,\s*[a-z][a-z0-9_-]*/[^\s,]+)*$"  # the later ones are spares
PORT = r"(:(6553[0-5]|655[0-2]\d|65[0-4]\d{2}|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}))?"
HOST = rf"(\w[\w.-]*|\[[0-9A-Fa-f:.]+\]){PORT}"
URL = rf"^(https?|wss?)://([^\s/?#@]*@)?{HOST}([/?]\S*)?$"
URL_SAYS = "http://, https://, ws:// or wss://"
Secret = Annotated[SecretStr, AfterValidator(_a_key)]
StoreKeys = Annotated[Secret, AfterValidator(_store_keys)]
CheckpointKey = Annotated[SecretStr, AfterValidator(_checkpoint_key)]
FilePath = Annotated[Path, AfterValidator(_a_path)]
ModelName = Annotated[str, Field(pattern=MODEL)]


class Settings(BaseSettings):
    """All settings; each field's description is what is expected of it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=FILES, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    store: Annotated[str, AfterValidator(_a_store)] = Field(
        default_factory=default_store, description="a path, sqlite:///path or postgresql://...", min_length=1
    )
    checkpoints: FilePath | None = _says("a folder that whoever may change the store may not change")
    checkpoint_key: CheckpointKey | None = _says("an Ed25519 key as interlock store checkpoint-key prints them, or PEM")
    checkpoint_s: float = _says("seconds above 0 and up to 3600", 5.0, gt=0, le=3600, allow_inf_nan=False)
    checkpoint_records: int = _says("a whole number above 0", 100, ge=1)
    store_key: StoreKeys | None = _says("32 bytes in base64, as interlock store key makes them; others after commas")
    retention_days: int | None = _says("whole days from 1 to 36500", ge=1, le=36500)
    flow: str = _says("the name of a flow, as interlock flows lists them", "", pattern=r"^([a-z][a-z0-9_]*)?$")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _says(
        "DEBUG, INFO, WARNING, ERROR or CRITICAL", "INFO"
    )
    log_json: bool | None = _says("true or false")
    timezone: Annotated[str, AfterValidator(_a_timezone)] = _says("an IANA name such as Europe/Berlin", "UTC")
    llm: ModelName | None = _says("provider/model, such as openai/gpt-4.1-mini")
    stt: ModelName | None = _says("provider/model, such as assemblyai/universal-streaming-english")
    tts: ModelName | None = _says("provider/voice, such as elevenlabs/hpp4J3VqNfWAUOO0d1Us")
    voices: Annotated[dict[str, ModelName], NoDecode, BeforeValidator(_from_json)] = _says(
        'JSON of roles and provider/voice, such as {"billing": "elevenlabs/..."}', default_factory=dict
    )
    llms: Annotated[dict[str, ModelName], NoDecode, BeforeValidator(_from_json)] = _says(
        'JSON of roles and provider/model, such as {"billing": "openai/gpt-4.1"}', default_factory=dict
    )
    llm_base_url: str | None = _says(URL_SAYS, pattern=URL)
    stt_base_url: str | None = _says(URL_SAYS, pattern=URL)
    tts_base_url: str | None = _says(URL_SAYS, pattern=URL)
    livekit_server: FilePath | None = _says("a livekit-server program")
    worker_port: int | None = _says("a port between 1 and 65535, or 0 for any that is free", ge=0, le=65535)
    worker_host: str = _says("an address to listen on, such as 127.0.0.1 or 0.0.0.0", "127.0.0.1", pattern=r"^\S+$")
    drain_s: int = _says("whole seconds from 0 to 86400", 600, ge=0, le=86400)
    silence_s: float | None = _says("seconds of silence, above 0 and up to 600", gt=0, le=600, allow_inf_nan=False)
    disclosure: str = _says("what a caller is told first, or off", "", max_length=500)
    ask_to_record: bool = _says("true or false", False)
    typed: bool = _says("true or false", False)
    longest_call_s: float = _says("seconds from 60 to 86400", 3600.0, ge=60, le=86_400, allow_inf_nan=False)
    idle_turns: int = _says("a whole number from 3 to 1000", 20, ge=3, le=1000)
    call_tokens: int = _says("a whole number from 1000", 1_000_000, ge=1000)
    quotas: Annotated[dict[str, dict[str, Any]], NoDecode, BeforeValidator(_limits)] = _says(
        'JSON of quotas, whose they are, and how many in which time or off, such as {"callbacks": {"caller": "3/24h"}}',
        default_factory=dict,
    )
    metrics_port: int | None = _says("a port between 1 and 65535", ge=1, le=65535)
    metrics_host: str = _says("an address to listen on, such as 127.0.0.1 or 0.0.0.0", "127.0.0.1", pattern=r"^\S+$")
    board_port: int = _says("a port between 1 and 65535, or 0 for any that is free", 8089, ge=0, le=65535)
    board_host: str = _says("127.0.0.1, ::1 or localhost", "127.0.0.1", pattern=r"^\S+$")
    otel_endpoint: str | None = _says(
        "http:// or https://, where OTLP is taken",
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
        pattern=rf"^https?://([^\s/?#@]*@)?{HOST}([/?]\S*)?$",
    )
    otel_content: bool = _says("true or false", False)
    whisper_model_dir: FilePath | None = _says("a folder with a CTranslate2 Whisper model")
    piper_voice: FilePath | None = _says("a .onnx file with its .onnx.json beside it")
    minilm_dir: FilePath | None = _says("a folder with model.onnx and tokenizer.json")

    livekit_url: str | None = _says("ws:// or wss://", name="LIVEKIT_URL", pattern=rf"^wss?://{HOST}(/[^\s?#]*)?$")
    livekit_api_key: str | None = _says("the key of the LiveKit project", name="LIVEKIT_API_KEY")
    livekit_api_secret: Secret | None = _says(
        "the secret of the LiveKit project, without spaces", name="LIVEKIT_API_SECRET"
    )
    openai_api_key: Secret | None = _key("OpenAI", "OPENAI")
    openai_base_url: str | None = _url("OPENAI")
    assemblyai_api_key: Secret | None = _key("AssemblyAI", "ASSEMBLYAI")
    assemblyai_base_url: str | None = _url("ASSEMBLYAI")
    eleven_api_key: Secret | None = _key("ElevenLabs", "ELEVEN")
    eleven_base_url: str | None = _url("ELEVEN")
    anthropic_api_key: Secret | None = _key("Anthropic", "ANTHROPIC")
    anthropic_base_url: str | None = _url("ANTHROPIC")
    groq_api_key: Secret | None = _key("Groq", "GROQ")
    groq_base_url: str | None = _url("GROQ")
    deepgram_api_key: Secret | None = _key("Deepgram", "DEEPGRAM")
    deepgram_base_url: str | None = _url("DEEPGRAM")
    google_api_key: Secret | None = _key("Google AI Studio", "GOOGLE")
    google_base_url: str | None = _url("GOOGLE")
    cartesia_api_key: Secret | None = _key("Cartesia", "CARTESIA")
    cartesia_base_url: str | None = _url("CARTESIA")

    @property
    def seal_key(self) -> str:
        """What personal data in the store is sealed with; empty when it is not."""
        return self.store_key.get_secret_value() if self.store_key else ""

    @property
    def terms(self) -> "Terms":
        """What holds of every call."""
        from interlock.agents.call.terms import Terms

        off = self.disclosure.strip().lower() == OFF
        said = "" if off else self.disclosure.strip()
        bounds = (self.longest_call_s, self.idle_turns, self.call_tokens)
        return Terms(said, off, *bounds, self.ask_to_record, self.quotas)

    @property
    def live(self) -> bool:
        """Whether a LiveKit server is named; without, calls run on the embedded models."""
        return self.livekit_url is not None


def load_settings() -> Settings:
    """Read and check everything. Raises `SettingsError` with one line for each bad setting."""
    try:
        lines = list(_unknown())
        return _checked(lines)
    except OSError as error:
        raise SettingsError(f"{error.filename} cannot be read ({error.strerror}), expected a readable file") from None


def _checked(lines: list[str]) -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        lines += dict.fromkeys(_line(each["loc"], each.get("ctx", {}).get("error")) for each in found)
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def require_live(settings: Settings) -> None:
    """Check that a real call could begin: LiveKit's three, and a key for each provider named.

    Raises `SettingsError` with one line for each missing one.
    """
    wanted = dict.fromkeys(SERVER, "")
    for field in ("llm", "stt", "tts"):
        for model in (getattr(settings, field) or "").split(","):
            if key := KEYS_OF.get(model.strip().partition("/")[0]):
                wanted.setdefault(key, f", because {PREFIX}{field.upper()} is {model.strip()}")
    _require(settings, wanted)


def require_server(settings: Settings) -> None:
    """Check that a LiveKit server is named. Raises `SettingsError` with one line for each of the three missing."""
    _require(settings, dict.fromkeys(SERVER, ""))


def _require(settings: Settings, wanted: Mapping[str, str]) -> None:
    missing = [name for name in wanted if getattr(settings, name.lower()) is None]
    if missing:
        raise SettingsError("\n".join(f"{n} is missing, expected {expected_of(n)}{wanted[n]}" for n in missing))


def _line(where: tuple[int | str, ...], error: object) -> str:
    name = _variable(str(where[0])) if where else "the settings"
    return f"{name} {error}" if isinstance(error, _Said) else f"{name} is {_found(name)}, expected {expected_of(name)}"


def expected_of(variable: str) -> str:
    """What a variable should be, in words."""
    info = next(i for f, i in Settings.model_fields.items() if _variable(f) == variable)
    return info.description or "another value"


def _variable(field: str) -> str:
    info = Settings.model_fields.get(field)
    if info is None:
        return field  # pydantic names an aliased field by its alias already
    return info.validation_alias if isinstance(info.validation_alias, str) else PREFIX + field.upper()


def _found(variable: str) -> str:
    from interlock.app.secret_values import is_secret, without_secrets

    given = given_variables().get(variable, "")
    shown = None if is_secret(variable) else without_secrets(given)
    return "something else (not shown)" if shown is None else f'"{shown}"'


def _unknown() -> list[str]:
    known = {_variable(field) for field in Settings.model_fields} | {"INTERLOCK_PROJECT"}  # read by `.project_file`
    return [
        f"{name} is no setting{_nearest(name, known)}"
        for name in sorted(given_variables())
        if name.startswith(PREFIX) and name not in known
    ]


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(k for k in known if k.startswith(PREFIX)), n=1, cutoff=0)
    return f", expected a name such as {near[0]}" if near else ""


def given_variables() -> dict[str, str]:
    """Every variable that is set and not empty, upper case, with the value that wins. Raises `SettingsError`."""
    given: dict[str, str] = {}
    for file in FILES:
        if Path(file).is_file():
            given |= {k.upper(): v for k, v in dotenv_values(stream=StringIO(_text_of(file))).items() if v}
    return given | {k.upper(): v for k, v in os.environ.items() if v}


def _text_of(file: str) -> str:
    """What a file of settings says, within bounds: each `${NAME}` in it may stand for all that comes before it."""
    with open(file, "rb") as opened:
        found = opened.read(LARGEST_BYTES + 1)
    if len(found) > LARGEST_BYTES:
        raise SettingsError(f"{file} has more than {LARGEST_BYTES >> 10} KiB, expected a line for each setting")
    try:
        text = found.decode()
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text, expected a line for each setting") from None
    if text.count("${") > MOST_REFERENCES:
        raise SettingsError(f"{file} has more than {MOST_REFERENCES} times ${{...}}, expected values as they are")
    return text
