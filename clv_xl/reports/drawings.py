"""The report's charts: bars for segments, lines for cohorts. Looks are those of the builder's charts."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

from clv_xl.builder.styles import ACCENT, GREY, PALETTE


def segment_bars(title: str, names: Reference, values: list[Reference]) -> Any:
    """Shares by segment, one colour a measure. Each block of values starts with its heading."""
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap, chart.varyColors = "bar", "clustered", 60, 0, False
    chart.width, chart.height = 30.0, 11.5
    for block in values:
        chart.add_data(block, titles_from_data=True)
    for number, series in enumerate(chart.series):
        series.cat = AxDataSource(strRef=StrRef(f=str(names)))
        series.graphicalProperties = GraphicalProperties(solidFill=PALETTE[number])
        series.graphicalProperties.line = LineProperties(noFill=True)
        series.invertIfNegative = False
    _dress(chart, title, "Segment", "Share of all")
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.number_format = "0%"
    chart.y_axis.crosses = "max"
    chart.layout = _inside(0.17, 0.72)
    return chart


def value_lines(title: str, across: str, up: str, names: Reference, lines: list[tuple[Reference, Reference]]) -> Any:
    """A line for each cohort, from the reference of its name and of its values."""
    chart: Any = LineChart()
    chart.grouping = "standard"
    chart.width, chart.height = 26.0, 9.5
    for number, (name, values) in enumerate(lines):
        series: Any = Series(values, title=None)
        series.tx = _title_of(name)
        series.cat = AxDataSource(strRef=StrRef(f=str(names)))
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=PALETTE[number], w=22000))
        series.marker.symbol = "circle"
        series.marker.size = 5
        series.marker.graphicalProperties = GraphicalProperties(solidFill=PALETTE[number])
        series.marker.graphicalProperties.line = LineProperties(solidFill=PALETTE[number])
        series.smooth = False
        chart.series.append(series)
    _dress(chart, title, across, up)
    chart.y_axis.number_format = "#,##0"
    chart.layout = _inside(0.08, 0.8)
    return chart


def _title_of(name: Reference) -> Any:
    from openpyxl.chart.series import SeriesLabel

    return SeriesLabel(strRef=StrRef(f=str(name)))


def _inside(left: float, width: float) -> Layout:
    return Layout(manualLayout=ManualLayout(x=left, y=0.14, w=width, h=0.68, xMode="edge", yMode="edge"))


def _dress(chart: Any, title: str, across: str, up: str) -> None:
    chart.title = title
    chart.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1300, bold=True, colour=ACCENT))
    chart.title.overlay = False
    chart.legend.position = "r"
    for axis, words in ((chart.x_axis, across), (chart.y_axis, up)):
        axis.title = words
        axis.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1000, colour=GREY))
        axis.title.overlay = False
        axis.delete = False
        axis.txPr = _text(1000)
        axis.majorTickMark = axis.minorTickMark = "none"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E3E3E3", w=6350))
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.roundedCorners = False


def _text(size: int) -> RichText:
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters(size, colour="333333")), endParaRPr=None)])


def _letters(size: int, bold: bool = False, colour: str = "000000") -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=colour, latin=Font(typeface="Calibri"))
