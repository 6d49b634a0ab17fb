"""The clean workbook: no rule objects, nor do others' validators."""

from __future__ import annotations

import pytest

from clv_xl.audit import RULES, Finding, Rule, Severity, audit


def test_no_rule_objects(clean, findings):
    assert findings(clean) == []


def test_no_rule_objects_with_our_own_engine(clean):
    assert audit(clean) == []


def test_a_path_is_read_as_well(clean, clean_values, tmp_path):
    file = tmp_path / "clean.xlsx"
    file.write_bytes(clean)
    assert audit(file, calculate=lambda _: clean_values) == []


def test_openxml_audit_agrees(clean, tmp_path):
    import openxml_audit

    file = tmp_path / "clean.xlsx"
    file.write_bytes(clean)
    found = openxml_audit.OpenXmlValidator().validate(file).errors
    assert [e for e in found if e.severity is openxml_audit.ValidationSeverity.ERROR] == []


def test_open_xml_sdk_agrees(clean, findings, monkeypatch, ooxml_validator):
    monkeypatch.setenv("OOXML_VALIDATOR", ooxml_validator)
    assert findings(clean, rule=31) == []


def test_open_xml_sdk_is_asked(build, findings, monkeypatch, ooxml_validator):
    """With a fault that only the SDK sees: an attribute that the schema does not know."""

    def unknown_attribute(parts: dict[str, str]) -> None:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<calcPr ", '<calcPr colour="red" ')

    monkeypatch.setenv("OOXML_VALIDATOR", ooxml_validator)
    (finding,) = findings(build(change_parts=unknown_attribute), rule=31)
    assert "Open XML SDK" in finding.message
    assert "colour" in finding.message


def test_rules_cover_the_checklist_once():
    assert [rule.number for rule in RULES] == list(range(1, 33))
    assert all(isinstance(rule, Rule) and rule.title and rule.explanation for rule in RULES)
    assert len({rule.title for rule in RULES}) == 32
    assert all(isinstance(rule.severity, Severity) for rule in RULES)


def test_a_finding_is_a_frozen_record():
    finding = Finding(7, "Inputs!A1", "A1:B1 is merged; unmerge it")
    with pytest.raises(AttributeError):
        finding.rule = 8  # type: ignore[misc]
