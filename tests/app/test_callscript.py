"""A call script that cannot be run says file, line and field, one line each."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.support import SUPPORT
from interlock.app.calls.callscript import LARGEST_BYTES, MOST_COMPLAINTS, MOST_STEPS, ScriptError, read_script
from interlock.app.calls.play import play
from interlock.app.project import open_systems


@pytest.fixture
def script(tmp_path):
    """Writes a script and gives its path."""

    def write(text):
        path = tmp_path / "call.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


STEP_FIELDS = "caller, model, interrupt, system, operator, establish, advance, hangs_up, expect"
BAD = {
    "empty": ("", ":1: nothing in it, expected `about:` and `steps:`"),
    "a list": ("- caller: hi", ":1: no mapping in it, expected `about:` and `steps:`"),
    "no steps": ("about: x", ": steps is missing or empty, expected a list of steps"),
    "unknown field of the file": (
        "about: x\nstep: []",
        ":2: 'step': unknown field, expected about or steps",
    ),
    "unknown field of a step": (
        "steps:\n  - callr: hi",
        f":2: callr: unknown field, expected one of {STEP_FIELDS}",
    ),
    "unknown field of a call": (
        "steps:\n  - caller: hi\n  - model:\n      calls:\n        - name: a\n          arg: {}",
        ":6: model.calls.0.arg: unknown field, expected one of name, args, raw, id",
    ),
    "missing field": ("steps:\n  - model: {calls: [{args: {}}]}", ":2: model.calls.0.name: is missing"),
    "two things at once": (
        "steps:\n  - caller: hi\n    hangs_up: true",
        ":2: the step: has 2 fields (caller, hangs_up), expected one",
    ),
    "wrong type": ("steps:\n  - caller: 4471", ":2: caller: found 4471, expected a valid string"),
    "no time": ("steps:\n  - advance: .inf", ":2: advance: found inf, expected a finite number"),
    "an empty part": (
        'steps:\n  - expect: {not_said: [paid, ""]}',
        ":2: expect.not_said: found an empty part, which is in every line; expected words",
    ),
    "a word": ("steps:\n  - hello", ":2: 'hello' is no step, expected one field such as `caller:`"),
    "our own field": ("steps:\n  - line: 3", ":2: {'line': 3} is no step, expected one field such as `caller:`"),
    "a date that is none": (
        "steps:\n  - caller: 2020-13-45",
        ":2: a value that cannot be read, expected text in quotes",
    ),
    "not YAML": ("about: [x\nsteps: 1", ":2: not YAML (expected ',' or ']', but got ':')"),
    "an object": ("steps:\n  - !!python/name:os.system x", ":2: not YAML (could not determine a constructor"),
    "itself": ("steps: &a\n  - *a", ":1: not YAML (found unconstructable recursive node)"),
    "a tower of steps": (
        "steps:\n  - caller: " + "[" * 60 + "]" * 60,
        ":2: nested too deeply, expected a YAML call script",
    ),
    "a billion laughs": (
        "about: x\nsteps:\n  - caller: &a0 [lol, lol]\n"
        + "".join(f"  - caller: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
        ":1: unfolds to more than 1 MiB, expected a YAML call script",
    ),
    "laughs in keys": (
        "steps:\n"
        + "".join(f"  - ? &k{n} [{', '.join([f'*k{n - 1}'] * 9 if n else 'x')}]\n    : y\n" for n in range(9)),
        ":1: unfolds to more than 1 MiB, expected a YAML call script",
    ),
    "laughs by merging": (
        "steps:\n  - establish: &m0 {a: b}\n"
        + "".join(f"  - establish: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 9)),
        ":1: unfolds to more than 1 MiB, expected a YAML call script",
    ),
    "a long number": (
        "steps:\n  - caller: 0x" + "f" * 100_000,
        ":2: has a number of more than 40 digits, expected a YAML call script",
    ),
    "many sixties": (
        "steps:\n  - advance: " + ":".join(["1"] * 1000),
        ":2: has a number of more than 40 digits, expected a YAML call script",
    ),
    "a set": ("steps:\n  - !!set {a}", ":2: not YAML (could not determine a constructor for the tag"),
    "bytes": ("steps:\n  - caller: !!binary AAAA", ":2: not YAML (could not determine a constructor for the tag"),
    "two documents": ("steps: []\n---\nsteps: []", ":2: not YAML (but found another document)"),
    "no about": ("about: [a]\nsteps:\n  - caller: hi", ":1: about is no text, expected a sentence"),
    "a name that shouts": ('steps:\n  - "\\e[31m\\n": x', ":2: '\\x1b[31m\\n': unknown field, expected one of "),
    "steps without end": (
        "steps:\n" + "  - caller: a\n" * (MOST_STEPS + 1),
        f": {MOST_STEPS + 1} steps, expected at most {MOST_STEPS}",
    ),
    "a tower": ("[" * 5000, ": nested too deeply, expected a YAML call script"),
    "not text": (b"\xff\xfe\x00", ": cannot be read (it is not UTF-8 text), expected a YAML call script"),
    "too much": ("#" * (LARGEST_BYTES + 1), ": more than 1 MiB, expected a YAML call script"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_script_is_one_line_with_its_place(script, case):
    """
    What was found, where, and what was expected.
    """
    text, complaint = BAD[case]
    path = script(text)
    with pytest.raises(ScriptError) as raised:
        read_script(path)
    assert str(raised.value).startswith(f"{path}{complaint}")
    assert "\n" not in str(raised.value)


def test_after_twenty_complaints_the_rest_is_left_out(script):
    """
    However many things are wrong.
    """
    path = script("steps:\n" + "  - nonsense\n" * 500)
    with pytest.raises(ScriptError) as raised:
        read_script(path)
    assert len(str(raised.value).splitlines()) == MOST_COMPLAINTS + 1
    assert str(raised.value).endswith(f"{path}: and more like these")


def test_what_is_written_once_may_be_named_again(script):
    """
    An alias is short for what it names; so is a merge.
    """
    text = "steps:\n  - establish: &known {a: 1}\n  - establish: *known\n  - establish: {<<: *known, b: 2}\n"
    steps = read_script(script(text)).steps
    assert [step.establish for step in steps] == [{"a": 1}, {"a": 1}, {"a": 1, "b": 2}]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["steps:", "about:", "\n", "\n  - ", "caller: ", "model: ", "{", "}", "[", "]", "&a ", "*a", "<<: "]
        )
        | st.sampled_from(
            ["!!str ", "!!int ", "!x ", "? ", ": ", ", ", "'", '"', "|", ">", "%", "---", "...", "\t", "#"]
        )
        | st.text(max_size=4),
        max_size=40,
    )
)
def test_whatever_a_file_holds_is_a_script_or_a_line_each(script, parts):
    """
    Nothing else is raised.
    """
    path = script("".join(parts).encode(errors="replace"))
    try:
        read_script(path)
    except ScriptError as error:
        wrong = str(error)
    else:
        return
    assert all(line.startswith(f"{path}:") and line.isprintable() for line in wrong.splitlines())


@pytest.mark.parametrize(("name", "why"), [("none.yaml", "No such file or directory"), ("", "Is a directory")])
def test_a_script_that_is_no_file_says_so(tmp_path, name, why):
    """
    The operating system's reason, and the path as it was given.
    """
    with pytest.raises(ScriptError, match=f"cannot be read \\({why}\\), expected a YAML call script"):
        read_script(tmp_path / name)


def test_every_bad_step_is_named_at_once(script):
    """
    Nobody has to run a script five times to find five typing errors.
    """
    path = script("steps:\n  - callr: hi\n  - caller: hi\n  - expect: {verdit: x, over: perhaps}\n")
    with pytest.raises(ScriptError) as raised:
        read_script(path)
    assert [line.split(": ")[:2] for line in str(raised.value).splitlines()] == [
        [f"{path}:2", "callr"],
        [f"{path}:4", "expect.over"],
        [f"{path}:4", "expect.verdit"],
    ]


async def failures(script, journal, text):
    """What goes wrong when a script that can be read is played."""
    played = await play(SUPPORT, read_script(script(text)), journal=journal, services=open_systems(SUPPORT))
    return [failure.rpartition("call.yaml")[2] for failure in played.failures]


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("- caller: a\n- model: {text: ok}\n- expect: {state: billing}", ":4: state is 'greeting', expected 'billing'"),
        ("- establish: {nope: 1}", ":2: there is no fact 'nope' in SupportFacts"),
        ("- establish: {caller_name: x}", ":2: caller_name is claimed: it cannot be established"),
        ("- model: {text: a}", ":2: stands alone: a model or interrupt step follows a caller step"),
        ("- hangs_up: true\n- caller: hello", ":3: the call is over: nothing but expect can follow"),
    ],
)
async def test_what_does_not_hold_is_a_failure_with_file_and_line(script, journal, text, failed):
    """
    Expectations, and steps that make no sense where they stand.
    """
    assert await failures(script, journal, f"steps:\n{text}") == [failed]


ASKED_FOR_A_YES = """
- caller: Anna Kowalski, 4471, 80331. A refund for 1042.
- model:
    calls:
      - {name: note_name, args: {name: Anna Kowalski}}
      - {name: begin_triage}
- caller: I was charged too much.
- model:
    calls:
      - {name: note_issue, args: {category: billing}}
      - {name: verify_caller, args: {account_number: "4471", postcode: "80331"}}
      - {name: route_to_billing}
- expect: {state: billing, asked: "", answered: ""}
- caller: It was twenty too much.
- model: {calls: [{name: find_order, args: {order_number: "1042"}}]}
- model: {calls: [{name: refund, args: {amount_cents: 2000}}]}
"""


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("- expect: {asked: refund, answered: '', told: 'question:refund', not_said: [reference, refunded]}", []),
        ("- expect: {asked: escalate}", [":17: asked is 'refund', expected 'escalate'"]),
        ("- expect: {answered: yes}", [":17: answered is '', expected 'yes'"]),
        ("- caller: No, leave it.\n- model: {text: All right.}\n- expect: {answered: no}", []),
        (
            "- caller: Yes, please.\n- model: {calls: [{name: refund, args: {amount_cents: 2000}}]}\n"
            "- expect: {answered: yes, told: ['question:refund', billing], facts: {last_refund: paid}}",
            [],
        ),
        (
            "- expect: {told: [billing, 'question:refund']}",
            [":17: told lacks 'billing'; the lines told to their end are ['disclosure', 'question:refund']"],
        ),
        (
            "- expect: {not_said: [paid, pay that BACK]}",
            [
                ":17: said has 'pay that BACK', which must not be said; it is"
                " ['That is 20 euros back for order 1042. Shall I pay that back?']"
            ],
        ),
    ],
)
async def test_what_was_asked_answered_told_and_not_said_can_be_expected(script, journal, text, failed):
    """
    As the record has it: by the event of the question, the name of the line.
    """
    assert await failures(script, journal, f"steps:{ASKED_FOR_A_YES}{text}") == failed
