"""A bill of materials (SBOM) of everything installed: CycloneDX 1.5 in JSON, the same for the same packages."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from interlock.app.licences.installed import ENGINE, UNKNOWN, Package

SPECIFICATION = "1.5"
SCHEMA = f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json"


def bill_of_materials(packages: Mapping[str, Package]) -> dict[str, Any]:
    """The bill as JSON has it; the engine is what it is of, and each package names what it needs of the others."""
    others = [its for its in packages.values() if its.name != ENGINE]
    about = {"component": _component(packages[ENGINE], "application")} if ENGINE in packages else {}
    bill = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": about,
        "components": [_component(its, "library") for its in others],
        "dependencies": [{"ref": _ref(its), "dependsOn": _needs(its, packages)} for its in packages.values()],
    }
    return {**bill, "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))}"}


def _component(its: Package, kind: str) -> dict[str, Any]:
    licence = {} if its.licence == UNKNOWN else {"licenses": [{"expression": its.licence}]}
    ref = _ref(its)
    return {"type": kind, "bom-ref": ref, "name": its.name, "version": its.version, "purl": ref, **licence}


def _ref(its: Package) -> str:
    return f"pkg:pypi/{its.name}@{its.version}"


def _needs(its: Package, packages: Mapping[str, Package]) -> list[str]:
    names = {
        str(canonicalize_name(need.name))
        for need in its.needs
        if need.marker is None or need.marker.evaluate({"extra": ""})
    }
    return sorted(_ref(packages[name]) for name in names if name in packages)
