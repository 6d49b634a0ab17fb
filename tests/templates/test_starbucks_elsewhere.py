"""The Starbucks workbook in the hands of programs that we did not write, and under changed inputs."""

import json
import subprocess

import pytest

from clv_xl.core import lifetime
from clv_xl.engine import calculate
from clv_xl.templates import TEMPLATES

CUSTOMERS = [(3.5, 4.0), (8.5, 3.0), (5.0, 5.0), (6.5, 6.0), (6.0, 3.0)]


def test_formulon_agrees_cell_by_cell(native, formulon_values, look):
    assert look.differences(formulon_values(native), look.cached(native)) == []


def test_formulon_without_the_add_in(starbucks, formulon_values, look):
    assert look.differences(formulon_values(starbucks), look.without_add_in(starbucks)) == []


def test_libreoffice_agrees_cell_by_cell(native, libreoffice, look):
    assert look.differences(libreoffice(native), look.cached(native)) == []


@pytest.mark.parametrize("edition", ["classic", "office", "lite"])
def test_libreoffice_without_the_add_in(edition, libreoffice, look):
    """Function cells say so, their checks are not compared, the model stands, and the master check holds."""
    data = TEMPLATES["starbucks"].build(edition).data
    found, expected = libreoffice(data), look.without_add_in(data)
    assert look.differences(found, expected) == []
    assert list(expected.values()).count("add-in not loaded") == 16
    assert list(expected.values()).count("not compared") == 8
    assert found["Checks", "E6"] is True
    assert found["Results", "B7"] == pytest.approx(25272)


CASES = [
    pytest.param({"sixth": (10.0, 2.5)}, id="a sixth customer"),
    pytest.param({"in_lifespan_from": "churn", "in_churn": 0.125}, id="churn instead of lifespan"),
    pytest.param({"sixth": (0.0, 7.0), "in_weeks": 48, "in_lifespan": 3.5}, id="a customer who spends nothing"),
]


@pytest.mark.parametrize("edition", ["classic", "office", "lite", "native"])
def test_libreoffice_as_installed_shows_no_stale_value(edition, libreoffice_as_installed, look):
    """It trusts the values in a file, unless a cell makes it calculate: the link beside the status of the add-in."""
    data = TEMPLATES["starbucks"].build(edition).data
    expected = look.cached(data) if edition == "native" else look.without_add_in(data)
    assert look.differences(libreoffice_as_installed(data), expected) == []


def cltv_of(changes: dict[str, object]) -> float:
    import numpy as np

    spend, visits = map(np.array, zip(*CUSTOMERS, *([changes["sixth"]] if "sixth" in changes else []), strict=True))
    years = 1 / changes["in_churn"] if "in_churn" in changes else changes.get("in_lifespan", 20)
    return lifetime.cltv(spend, visits, years, changes.get("in_weeks", 52))


@pytest.mark.parametrize("changes", CASES)
def test_changed_inputs_give_what_the_core_says(starbucks, look, changes):
    values = calculate(look.changed(starbucks, **changes))
    assert values["Results"]["B7"] == pytest.approx(cltv_of(changes), rel=1e-12)
    assert values["Calculation"]["D13"] == pytest.approx(cltv_of(changes), rel=1e-12)
    assert values["Checks"]["E6"] is True
    assert {v for a, v in values["Checks"].items() if a.startswith("F")} == {"PASS"}


@pytest.mark.parametrize("changes", CASES)
def test_changed_inputs_in_libreoffice(native, libreoffice, look, changes):
    values = libreoffice(look.changed(native, **changes))
    assert values["Results", "B7"] == pytest.approx(cltv_of(changes), rel=1e-12)
    assert values["Checks", "E6"] is True


@pytest.mark.parametrize("edition", ["classic", "office", "lite", "native"])
def test_open_xml_sdk_finds_nothing(edition, ooxml_validator, tmp_path):
    copy = tmp_path / "copy.xlsx"  # the validator may rewrite the file
    copy.write_bytes(TEMPLATES["starbucks"].build(edition).data)
    run = subprocess.run([ooxml_validator, str(copy)], capture_output=True, text=True, timeout=120)
    assert json.loads(run.stdout)["errors"] == []


def test_openxml_audit_finds_nothing(starbucks, tmp_path):
    openxml_audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "starbucks.xlsx"
    path.write_bytes(starbucks)
    result = openxml_audit.OpenXmlValidator().validate(path)
    assert list(result.errors) == []
    assert result.is_valid


@pytest.mark.parametrize("edition", ["classic", "office", "lite", "native"])
def test_a_finance_reviewer_finds_nothing(edition):
    from clv_xl.audit import audit

    assert audit(TEMPLATES["starbucks"].build(edition).data) == []
