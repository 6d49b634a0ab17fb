"""One formula, as a terminal evaluates it: our functions mixed with Excel's, tables, errors with their messages."""

import pytest

from clv_xl.engine import FormulaError, evaluate
from clv_xl.worksheet.errors import CellError

STARBUCKS = "{3.5;8.5;5;6.5;6},{4;3;5;6;3},20,52"


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (f"=CLTV({STARBUCKS})", 25272.0),
        (f"CLTV({STARBUCKS})", 25272.0),
        (f" = ROUND(CLTV({STARBUCKS})*21.3%, 2) ", 5382.94),
        ("=cac(50000, 1000)", 50.0),
        ("=_xldudf_CLV_CAC(50000,1000)", 50.0),
        ("=_xldudf_CAC(50000,1000)", 50.0),
        ("=CLV.CAC(50000,1000)", 50.0),
        ("=LTV_CAC_RATIO(CLV(50,4,5,40%),CAC(50000,1000))", 8.0),
        ("=IFERROR(CAC(1,0),7)", 7.0),
        ("=ISNUMBER(CAC(1,1))", True),
        ("=SUM({1,2},3)>5", True),
        ('=""', ""),
        ('=IF(ISTEXT(LTV_CAC_RATING(3)),"text","number")', "text"),
        ("=DATE(2026,3,31)", 46112.0),
        ("=LET(x,2,CAC(x,1))", 2.0),
    ],
)
def test_values(formula, value):
    evaluation = evaluate(formula)
    assert evaluation.single
    assert evaluation.value == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value)
    assert type(evaluation.value) is type(value)
    assert evaluation.errors == {}


@pytest.mark.parametrize(
    "formula",
    ["=CLV_RETENTION(100,0.8,0.1,,5)", "=CLV_RETENTION(100,0.8,0.1, ,5)", '=CLV_RETENTION(100,0.8,0.1,"excluded",5,)'],
)
def test_an_omitted_argument_is_the_default_not_a_zero(formula):
    expected = 100 * sum((0.8 / 1.1) ** n for n in range(1, 6))
    assert evaluate(formula).value == pytest.approx(expected, rel=1e-12)


def test_a_comma_in_a_text_is_no_omitted_argument():
    assert evaluate('=LEN(",,")&CAC(1,1)').value == "21"


def test_a_table_comes_whole():
    evaluation = evaluate(f"=CLTV_STEPS({STARBUCKS})")
    assert not evaluation.single
    assert evaluation.rows[0] == ["Step", "Value", "How it is computed"]
    assert [row[1] for row in evaluation.rows[1:]] == pytest.approx([5.9, 4.2, 24.3, 24.78, 1263.6, 20, 25272])


def test_a_column_gives_a_column():
    assert evaluate("=CAC({10;20;30},{1;2;3})*2").rows == [[20.0], [20.0], [20.0]]


def test_each_error_keeps_its_own_message():
    evaluation = evaluate("=CAC({10;20;30},{1;0;-1})")
    assert evaluation.rows[0] == [10.0]
    assert set(evaluation.errors) == {(1, 0), (2, 0)}
    assert evaluation.errors[1, 0].code == "#DIV/0!"
    assert "new_customers is 0" in evaluation.errors[1, 0].message
    assert evaluation.errors[2, 0].code == "#NUM!"
    assert "new_customers must be" in evaluation.errors[2, 0].message


def test_the_message_survives_excel_functions_around_the_call():
    error = evaluate("=ROUND(CAC(1,0),2)+1").value
    assert isinstance(error, CellError)
    assert error.code == "#DIV/0!"
    assert "new_customers is 0" in error.message


def test_a_caught_error_is_still_told():
    evaluation = evaluate("=IFERROR(CAC(1,0),0)")
    assert evaluation.value == 0
    assert [(c.function, c.error.code) for c in evaluation.complaints] == [("CAC", "#DIV/0!")]


@pytest.mark.parametrize(
    ("formula", "code"),
    [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("=SQRT(-1)", "#NUM!"), ('="a"+1', "#VALUE!"), ("=1E400", "#NUM!")],
)
def test_errors_of_excel_functions(formula, code):
    assert evaluate(formula).value.code == code


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#NUM!", "#VALUE!", "#REF!", "#NAME?", "#NULL!"])
def test_an_error_in_an_argument_comes_out_as_that_error(error):
    assert evaluate(f"=CAC({error},1)").value.code == error


def test_an_unknown_function_is_named():
    error = evaluate("=CLTVV(1)+SUM(1)").value
    assert error == CellError("#NAME?", "CLTVV is not a function known here (names are those of an English Excel)")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("", "empty"),
        (" = ", "empty"),
        ("=SUM(1;2)", "commas between arguments"),
        ("=CLTV((1,2)", "unmatched opening parenthesis"),
        ("=1+", "unexpected end"),
        ('="abc', "string"),
        ("={1,2;3}", "equal length"),
        ("=1 2", "unexpected token"),
    ],
)
def test_a_formula_that_cannot_be_read_is_one_sentence(formula, said):
    with pytest.raises(FormulaError) as raised:
        evaluate(formula)
    message = str(raised.value)
    assert said in message
    assert message.endswith(".")
    assert "TokenSpan" not in message
    assert "\n" not in message
