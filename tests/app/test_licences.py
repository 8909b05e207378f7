"""What is in the box: the licence of everything installed, what of them is allowed, and a bill of materials."""

import json
import re
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

import pytest

from interlock.app.licences.installed import UNKNOWN, brought_by, extras_of, installed
from interlock.app.licences.materials import SPECIFICATION, bill_of_materials
from interlock.app.licences.policy import Policy, findings, is_allowed, policy_of
from interlock.app.project_file import ProjectError
from tests.app.test_cli import _clean_surroundings, interlock

__all__ = ["_clean_surroundings", "interlock"]

ROOT = Path(__file__).parents[2]
OFFLINE = "Provides-Extra: offline\nRequires-Dist: voice>=1; extra == 'offline'"


def box(folder: Path, **metadata: str) -> dict:
    """Packages with these metadata, as pip leaves them."""
    for name, text in metadata.items():
        its = folder / f"{name}-1.0.dist-info"
        its.mkdir(parents=True)
        (its / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{text}\n")
    return installed({}, distributions(path=[str(folder)]))


@pytest.fixture
def policy() -> Policy:
    """
    This project's own.
    """
    found = policy_of(ROOT / "pyproject.toml")
    assert found is not None
    return found


@pytest.mark.slow
def test_everything_that_is_installed_here_is_allowed(policy):
    """
    And says its licence, or the project does.
    """
    packages = installed(policy.named)
    assert len(packages) > 100
    assert list(findings(packages, policy)) == []
    assert {its.licence for its in packages.values()} & {UNKNOWN} == set()


def test_gpl_is_in_the_extra_offline_alone(policy):
    """
    Whoever leaves that out has none of it.
    """
    packages = installed(policy.named)
    gpl = {name for name, its in packages.items() if "GPL" in its.licence}
    others = brought_by(packages, "interlock", extras_of(packages, "interlock") - {"offline"})
    assert gpl == {"piper-tts"}
    assert gpl & others == set()
    assert gpl <= brought_by(packages, "interlock", {"offline"})
    assert "piper-tts" not in (ROOT / "requirements.txt").read_text()


def test_the_readme_names_the_licence_of_the_models():
    """
    Of LiveKit's local inference, which is none of the open ones.
    """
    packages = installed({})
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Licence")[2]
    assert packages["livekit-local-inference"].licence == "Apache-2.0 AND LicenseRef-LiveKit-Model"
    assert "LiveKit Model License" in readme
    assert "livekit-local-inference" in readme


OSI = "Classifier: License :: OSI Approved ::"
WRITTEN = {
    "License-Expression: MIT OR apache-2.0": "MIT OR Apache-2.0",
    "License: Apache License, Version 2.0": "Apache-2.0",
    "License: BSD": "LicenseRef-BSD",
    "License: 3-Clause BSD License": "BSD-3-Clause",
    "Classifier: License :: OSI Approved :: MIT License": "MIT",
    f"{OSI} MIT License\n{OSI} ISC License (ISCL)": "MIT AND ISC",
    "License: Copyright me. All rights reserved.\nClassifier: License :: OSI Approved :: MIT License": "MIT",
    "License: " + "words " * 5000: UNKNOWN,
    "License: Free for all": UNKNOWN,
    "Summary: none": UNKNOWN,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_licence_is_read_as_packages_write_it(tmp_path, text):
    """
    As an SPDX expression, or as unknown.
    """
    assert box(tmp_path, some=text)["some"].licence == WRITTEN[text]


ALLOWED = {"MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"}


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only AND (MIT OR Apache-2.0)", False),
        ("Apache-2.0 AND (MIT OR GPL-3.0-only)", True),
        ("GPL-3.0-only OR MIT AND Apache-2.0", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("GPL-2.0-only", False),
        ("", False),
        ("(MIT", False),
        ("MIT MIT", False),
    ],
)
def test_an_expression_is_allowed_when_it_can_be_kept_to(expression, allowed):
    """
    By some of the licences that are.
    """
    assert is_allowed(expression, ALLOWED) is allowed


def test_what_is_not_allowed_is_a_sentence(tmp_path):
    """
    Another licence, none, or one that only an extra may bring.
    """
    policy = Policy.model_validate({"allow": ["MIT"], "only-with-extra": {"GPL-3.0-only": "offline"}})
    gpl = "License-Expression: GPL-3.0-only"
    packages = box(
        tmp_path, interlock=f"License: MIT\n{OFFLINE}", voice=f"{gpl}\nRequires-Dist: deep", deep=gpl, base=gpl, odd=""
    )
    assert list(findings(packages, policy)) == [
        "base 1.0 is under GPL-3.0-only, which is not allowed but in what only the extra offline brings",
        "odd 1.0 does not say its licence: look at its files, and add it to named",
    ]


def test_what_an_extra_brings_and_something_else_does_too_is_not_its_alone(tmp_path):
    """
    It comes without the extra.
    """
    policy = Policy.model_validate({"allow": ["MIT"], "only-with-extra": {"GPL-3.0-only": "offline", "X": "none"}})
    engine = f"License: MIT\n{OFFLINE}\nRequires-Dist: base"
    packages = box(
        tmp_path, interlock=engine, base="License: MIT\nRequires-Dist: voice", voice="License-Expression: GPL-3.0-only"
    )
    assert list(findings(packages, policy)) == [
        "only-with-extra names the extra none, which interlock has not",
        "voice 1.0 is under GPL-3.0-only, which is not allowed but in what only the extra offline brings",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "licences = 1",
        "licences = {}",
        'licences = {allow = "MIT"}',
        "licences = {allow = []}",
        "licences = {allow = [1], x = 1}",
    ],
)
def test_a_policy_that_cannot_be_read_is_named(tmp_path, said):
    """
    With what was expected.
    """
    (tmp_path / "pyproject.toml").write_text(f"[tool.interlock]\n{said}\n")
    with pytest.raises(ProjectError, match=r"tool\.interlock\.licences cannot be read, expected") as refused:
        policy_of(tmp_path / "pyproject.toml")
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_the_bill_of_materials_has_what_cyclonedx_asks_for(policy):
    """
    Its required keys, every package once, and nothing that is needed and not there; twice the same.
    """
    packages = installed(policy.named)
    bill = bill_of_materials(packages)
    assert bill == json.loads(json.dumps(bill_of_materials(installed(policy.named))))
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", SPECIFICATION, 1)
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", bill["serialNumber"]
    )
    components = [bill["metadata"]["component"], *bill["components"]]
    refs = [each["bom-ref"] for each in components]
    assert len(refs) == len(set(refs)) == len(packages)
    assert all(_is_component(each) for each in components)
    assert {each["ref"] for each in bill["dependencies"]} == set(refs)
    assert {ref for each in bill["dependencies"] for ref in each["dependsOn"]} <= set(refs)
    needs = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert any("/livekit-agents@" in ref for ref in needs[components[0]["bom-ref"]])


def _is_component(its: Mapping[str, object]) -> bool:
    """Whether it has the type and the name that the specification requires, of the kinds it knows."""
    licences = its.get("licenses", [])
    return (
        its["type"] in ("application", "library")
        and bool(its["name"])
        and str(its["purl"]).startswith("pkg:pypi/")
        and isinstance(licences, list)
        and all(set(each) == {"expression"} for each in licences)
    )


@pytest.mark.slow
def test_the_commands_list_check_and_bill(interlock, tmp_path, monkeypatch):
    """
    Here everything is allowed; where nothing is, everything is found; where nobody said, that is.
    """
    monkeypatch.setenv("INTERLOCK_PROJECT", str(ROOT))
    code, said, _ = interlock("licences")
    assert code == 0
    assert re.search(r"(?m)^piper-tts +\S+ +GPL-3\.0-or-later$", said)
    assert interlock("licences", "--check")[0] == 0
    assert {"name", "version", "licence"} == set(json.loads(interlock("licences", "--json")[1])[0])
    assert json.loads(interlock("sbom")[1])["bomFormat"] == "CycloneDX"
    project = tmp_path / "pyproject.toml"
    monkeypatch.setenv("INTERLOCK_PROJECT", str(tmp_path))
    project.write_text('[tool.interlock]\nflows = "a:B"\nlicences = {allow = ["0BSD"]}\n')
    code, said, _ = interlock("licences", "--check")
    assert code == 1
    assert "piper-tts 1" in said
    project.write_text('[tool.interlock]\nflows = "a:B"\n')
    code, _, (line,) = interlock("licences", "--check")
    assert code == 2
    assert "no licences are allowed in it, expected [tool.interlock.licences]" in line


def test_how_to_report_is_said_in_its_file():
    """
    At the top, where hosts look for it; and whatever it points at is there.
    """
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "## How to report" in text
    assert "## What is promised" in text
    assert [path for path in re.findall(r"`(tests/[\w./]+)`", text) if not (ROOT / path).exists()] == []
    assert "@" not in text
