"""The commands that say what is in the box: `interlock licences` and `interlock sbom`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from interlock.app.licences.policy import Policy

console = Console(highlight=False)


def licences(
    only_check: Annotated[
        bool, typer.Option("--check", help="Say only what is not allowed; exit code 1 if any.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")] = False,
) -> None:
    """The licence of everything installed, by what each package says of itself.

    With --check, what tool.interlock.licences in the project's pyproject.toml
    does not allow.
    """
    from interlock.app.licences.installed import installed
    from interlock.app.licences.policy import EXPECTED, findings, policy_of
    from interlock.app.project_file import ProjectError, find_project

    policy = policy_of(find_project().file) if only_check else _policy_if_any()
    packages = installed(policy.named if policy else {})
    if only_check:
        if policy is None:
            raise ProjectError(f"{find_project().file}: no licences are allowed in it, expected {EXPECTED}")
        found = list(findings(packages, policy))
        print(json.dumps(found, indent=2) if as_json else "\n".join(found), end="\n" if found or as_json else "")
        if found:
            raise typer.Exit(1)
        print(f"licences: {len(packages)} packages, all allowed", file=sys.stderr)
    elif as_json:
        print(
            json.dumps(
                [{"name": p.name, "version": p.version, "licence": p.licence} for p in packages.values()], indent=2
            )
        )
    else:
        for its in packages.values():
            console.print(f"{its.name:<32}{its.version:<18}{its.licence}", markup=False, soft_wrap=True)


def sbom() -> None:
    """A bill of materials of everything installed, on standard output: CycloneDX, in JSON."""
    from interlock.app.licences.installed import installed
    from interlock.app.licences.materials import bill_of_materials

    policy = _policy_if_any()
    print(json.dumps(bill_of_materials(installed(policy.named if policy else {})), indent=2))


def _policy_if_any() -> "Policy | None":
    from interlock.app.licences.policy import policy_of
    from interlock.app.project_file import ProjectError, find_project

    try:
        told = find_project()
    except ProjectError:  # what is installed can be listed anywhere
        return None
    return policy_of(told.file)
