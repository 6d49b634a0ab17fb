"""Charts that read the same in Excel, in LibreOffice and to someone who cannot see colours, or cannot see at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties
from openpyxl.worksheet.worksheet import Worksheet

from clv_xl.builder.styles import ACCENT, GREY, PALETTE


@dataclass(frozen=True)
class Cells:
    """A block of cells that a chart draws, header included for values."""

    worksheet: Worksheet
    column: int
    first: int
    last: int

    def reference(self) -> Reference:
        """The same for openpyxl."""
        return Reference(self.worksheet, min_col=self.column, min_row=self.first, max_row=self.last)


@dataclass(frozen=True)
class Placed:
    """A chart's place on a sheet and the words for readers who cannot see it."""

    anchor: str
    alt_text: str
    name: str


def bars(title: str, across: str, up: str, names: Cells, values: Cells, size: tuple[float, float]) -> Any:
    """One series of columns. `values` starts with its heading; all that renderers disagree about is said."""
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.varyColors = "col", "clustered", 80, False
    chart.width, chart.height = size
    chart.add_data(values.reference(), titles_from_data=True)
    chart.legend = None
    chart.title = title
    chart.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1300, bold=True, colour=ACCENT))
    chart.title.overlay = False
    for series in chart.series:
        series.cat = AxDataSource(strRef=StrRef(f=str(names.reference())))
        series.graphicalProperties = GraphicalProperties(solidFill=PALETTE[0])
        series.graphicalProperties.line = LineProperties(noFill=True)
        series.smooth = False
        series.invertIfNegative = False
        series.dLbls = _labels("#,##0.00")
    _axis(chart.x_axis, across)
    _axis(chart.y_axis, up)
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E3E8EE", w=6350))
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.scaling.min = 0
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.layout = Layout(manualLayout=ManualLayout(x=0.08, y=0.15, w=0.9, h=0.66, xMode="edge", yMode="edge"))
    chart.roundedCorners = False
    return chart


def _axis(axis: Any, title: str) -> None:
    axis.title = title
    axis.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters(1000, colour=GREY))
    axis.title.overlay = False
    axis.delete = False
    axis.txPr = _text(1000)
    axis.majorTickMark = "none"
    axis.minorTickMark = "none"


def _labels(number_format: str) -> DataLabelList:
    labels = DataLabelList(numFmt=number_format, txPr=_text(1000))
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.showBubbleSize = labels.showLeaderLines = False
    labels.position = "outEnd"
    return labels


def _text(size: int) -> RichText:
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters(size, colour="333333")), endParaRPr=None)])


def _letters(size: int, bold: bool = False, colour: str = "000000") -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=colour, latin=Font(typeface="Calibri"))
