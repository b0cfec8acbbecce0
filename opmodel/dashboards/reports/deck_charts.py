"""PURE: charts of a deck, native and editable in PowerPoint, each with a sheet of its values inside."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.util import Inches, Pt

from opmodel.dashboards.reports.deck_frame import FONT, Box, rgb


@dataclass(frozen=True)
class Series:
    """One row of bars; `colour` is a token or #rrggbb, None draws nothing (the empty part of a stacked bar)."""

    name: str
    values: Sequence[float | None]
    colour: str | None
    labels: bool = True


@dataclass(frozen=True)
class Scale:
    """The axis of values: its ends, the distance of its marks, how marks and values are written."""

    low: float = 1
    high: float = 5
    step: float = 1
    marks: str = "0"
    values: str = "0.0"


LEVELS = Scale()


def bars(
    slide: Any,
    box: Box,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    said: str,
    horizontal: bool = True,
    stacked: bool = False,
    size: float = 11,
    legend: bool = True,
    scale: Scale = LEVELS,
) -> Any:
    """A native chart, editable in PowerPoint, from level 1 to 5 or on another scale; `said` is it in words."""
    data = CategoryChartData(number_format=scale.values)
    data.categories = list(categories)
    for one in series:
        data.add_series(one.name, [None if v is None else round(v, 4) for v in one.values])
    kinds = {
        (True, False): XL_CHART_TYPE.BAR_CLUSTERED,
        (True, True): XL_CHART_TYPE.BAR_STACKED,
        (False, False): XL_CHART_TYPE.COLUMN_CLUSTERED,
    }
    frame = slide.shapes.add_chart(kinds[horizontal, stacked], *(Inches(n) for n in box), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", said)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(sheet_of(categories, series, scale.values))
    chart.font.size, chart.font.name = Pt(size), FONT
    chart.font.color.rgb = rgb("ink")
    chart.has_title = False
    chart.has_legend = legend and len(series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(size)
    _axes(chart, horizontal, scale)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = (45, 100) if stacked else (55, -5)
    for drawn, one in zip(plot.series, series, strict=True):
        if one.colour is None:
            drawn.format.fill.background()
            drawn.format.line.fill.background()
        else:
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = rgb(one.colour)
        drawn.invert_if_negative = False
        if one.labels:
            labels = drawn.data_labels
            labels.show_value, labels.number_format, labels.number_format_is_linked = True, scale.values, False
            labels.font.size = Pt(size - 1)
            labels.font.color.rgb = rgb("ink")
            labels.position = XL_LABEL_POSITION.CENTER if stacked else XL_LABEL_POSITION.OUTSIDE_END
    return chart


def _axes(chart: Any, horizontal: bool, scale: Scale) -> None:
    values, names = chart.value_axis, chart.category_axis
    values.minimum_scale, values.maximum_scale, values.major_unit = scale.low, scale.high, scale.step
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = rgb("line")
    values.format.line.fill.background()
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = scale.marks, False
    values.tick_labels.font.color.rgb = rgb("ink-2")
    values.major_tick_mark = names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = rgb("edge")
    names.reverse_order = horizontal  # the first name on top
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if horizontal:
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH


def sheet_of(categories: Sequence[str], series: Sequence[Series], form: str) -> bytes:
    """The workbook inside of a chart, as python-pptx lays it out, but with text that stays text."""
    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **as_text})
    sheet, shown = book.add_worksheet(), book.add_format({"num_format": form})
    sheet.write_column(1, 0, list(categories))
    for column, one in enumerate(series, 1):
        sheet.write_string(0, column, one.name)
        for row, value in enumerate(one.values, 1):
            if value is not None:
                sheet.write_number(row, column, round(value, 4), shown)
    book.close()
    return stream.getvalue()
