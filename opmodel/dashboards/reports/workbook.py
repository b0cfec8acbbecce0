"""PURE: content -> Excel workbook: all figures behind a report, one sheet a topic, typed columns, text that stays text."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from opmodel.dashboards.reports.look import TOKENS, Content, Look

LEVEL, DIFFERENCE, SHARE, WHOLE, DAY, TEXT = "level", "difference", "share", "whole", "day", "text"
FORMATS = {
    LEVEL: "0.00",
    DIFFERENCE: '+0.00;"−"0.00;0.00',
    SHARE: "0 %",
    WHOLE: "0",
    DAY: "yyyy-mm-dd",
    TEXT: "@",
}
LONGEST = 32_767  # characters of a cell
Column = tuple[str, str, float]  # header, type, width in characters


def build(content: Content, look: Look, code: str, address: str) -> bytes:
    """The workbook of an organisation's report."""
    book = Book(content, look)
    words = content["words"]
    book.sheet(words["sources"], sources(content, code, address))
    for name, columns, rows in topics(content):
        book.sheet(name, rows, columns)
    return book.bytes()


def sources(content: Content, code: str, address: str) -> list[list[Any]]:
    words, source = content["words"], content["source"]
    rows = [
        [words["organisation"], content["organisation"]["name"]],
        [words["cycle"], content["cycle"]["name"]],
        [words["made"] % {"day": content["made"]["text"]}, ""],
        [words["plants"], source["answered"]],
        [words["peers"], source["peers"] or source["no_peers"]],
        *([["", words["illustrative"]]] if source["illustrative"] else []),
        *([["", words["demo"]]] if content["organisation"]["demo"] else []),
        *content["stamp"],
        [words["genuine"], code],
        ["", words["check"] % {"address": address}],
    ]
    return [*rows, *([heading, told] for heading, told in content["sections"])]


def topics(content: Content) -> list[tuple[str, list[Column], list[list[Any]]]]:
    """Name, columns and rows of each sheet."""
    w, ranked = content["words"], content["priorities"]
    measures = [content["overall"], *content["components"], *content["dimensions"]]
    names = {m["code"]: m["name"] for m in measures}
    text, level = TEXT, LEVEL
    scores: list[Column] = [
        (w["code"], text, 10), (w["name"], text, 36), (w["component"], text, 22), (w["score"], level, 9),
        (w["coverage"], SHARE, 11), (w["lower_bound"], level, 9), (w["upper_bound"], level, 9), (w["target"], level, 11),
        (w["bottleneck"], text, 30),
    ]  # fmt: skip
    peers: list[Column] = [
        (w["code"], text, 10), (w["name"], text, 36), (w["score"], level, 9), ("P10", level, 8), ("P25", level, 8),
        ("P50", level, 8), ("P75", level, 8), ("P90", level, 8), (w["difference"], DIFFERENCE, 11), (w["standing"], text, 40),
        (w["place"], text, 12), (w["interval"], text, 22), (w["group"], text, 40), (w["n"], text, 10), (w["period"], text, 22),
    ]  # fmt: skip
    plants: list[Column] = [
        (w["site"], text, 24),
        (w["region"], text, 18),
        *((f"{m['code']} {m['name']}", level, 12) for m in measures),
    ]
    found: list[tuple[str, list[Column], list[list[Any]]]] = [
        (w["appendix"], scores, [
            [m["code"], m["name"], names.get(m["component"], ""), m["score"], m["coverage"], m["low"], m["high"], m["target"], m["bottleneck"]]
            for m in measures
        ]),
        (w["peers"], peers, [
            [m["code"], m["name"], m["score"], m["p10"], m["p25"], m["p50"], m["p75"], m["p90"], m["apart"], m["standing"],
             m["place"], m["interval"], m["group"], m["n"], content["source"]["period"]]
            for m in measures if m["p50"] is not None
        ]),
        (w["plants"], plants, [
            [s["name"], s["region"], *(s["scores"].get(m["code"]) for m in measures)] for s in content["sites"]
        ]),
        (w["network"], [(w["code"], text, 10), (w["name"], text, 36), (w["network"], level, 14), (w["network_sites"], WHOLE, 12),
                        (w["low"], level, 10), (w["high"], level, 10), (w["deviation"], level, 14)], [
            [m["code"], m["name"], m["network"], m["network_sites"], min(m["sites"]), max(m["sites"]), m["deviation"]]
            for m in content["dimensions"] if m["sites"]
        ]),
        (w["perception"], [(w["dimension"], text, 36), (w["enterprise"], level, 14), (w["network"], level, 14),
                           (w["difference"], DIFFERENCE, 11), (w["interval"], text, 18), (w["flag"], text, 18),
                           (w["network_sites"], WHOLE, 12), (w["pairs"], WHOLE, 12)], [
            [p["name"], p["enterprise"], p["plants"], p["gap"], p["interval"], p["flag"], p["sites"], p["pairs"]]
            for p in content["perception"]
        ]),
        (w["priorities"], [(w["rank"], WHOLE, 8), (w["code"], text, 8), (w["action"], text, 46), (w["why"], text, 70),
                           (w["component"], text, 20), (w["stability"], text, 12), (w["in_top"], text, 14), (w["impact"], WHOLE, 9),
                           (w["effort"], WHOLE, 9), (w["horizon"], text, 14), (w["owner"], text, 24), (w["first_step"], text, 50),
                           (w["done_when"], text, 50), (w["risk"], text, 50)], [
            [a["rank"], a["code"], a["title"], a["because"], names.get(a["component"], ""), a["stability"], a["in_top_share"], a["impact"],
             a["effort"], a["horizon"], a["owner"], a["first_step"], a["done_when"], a["risk"]]
            for a in (*ranked["top"], *ranked["more"])
        ]),
        (w["gap"], [(w["rank"], WHOLE, 8), (w["dimension"], text, 36), (w["score"], level, 9), (w["reference"], level, 10),
                    (w["gap"], DIFFERENCE, 10), (w["value"], level, 9), (w["cost"], level, 9), (w["objectives"], level, 10),
                    (w["proximity"], level, 14), (w["stability"], text, 12)], [
            [d["rank"], d["name"], d["score"], d["reference"], d["gap"], d["value"], d["cost"], d["objectives"], d["proximity"],
             d["stability"] or (w["protect"] if d["protect"] else "")]
            for d in ranked["dimensions"]
        ]),
        (w["projection"], [(w["name"], text, 30), (w["now"], level, 12), (f"{w['then']} ({w['projection']})", level, 30)], [
            [p["name"], p["now"], p["then"]] for p in ranked["projected"]
        ]),
        (w["plan"], [(w["action"], text, 46), (w["where"], text, 20), (w["owner"], text, 24), (w["starts"], DAY, 12),
                     (w["due"], DAY, 12), (w["status"], text, 14)], [
            [p["title"], p["where"], p["owner"], p["starts"], p["due"], p["status"]] for p in content["plan"]
        ]),
        (w["decisions"], [(w["what"], text, 40), (w["name"], text, 18), (w["why"], text, 70), (w["who"], text, 50)], [
            [r["what"], r["kind"], r["why"], r["who"]] for r in content["waiting"]
        ]),
        (w["barriers"], [(w["barrier"], text, 50), (w["points"], WHOLE, 10), (w["plants"], WHOLE, 10)], [
            [b["name"], b["points"], b["plants"]] for b in content["barriers"]
        ]),
        (w["answers"], [(w["code"], text, 12), (w["dimension"], text, 36), (w["question"], text, 90), (w["level"], WHOLE, 8),
                        (w["status"], text, 18), (w["weight"], WHOLE, 8)], [
            [a["code"], names.get(a["dimension"], ""), a["question"], a["level"], a["status"], a["weight"]]
            for a in content["answers"]
        ]),
    ]  # fmt: skip
    return [(name, columns, rows) for name, columns, rows in found if rows]


class Book:
    """An Excel file in memory; nothing in it is a formula or a link."""

    def __init__(self, content: Content, look: Look) -> None:
        self.stream = io.BytesIO()
        as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(self.stream, {"in_memory": True, **as_text})
        made = date.fromisoformat(content["made"]["iso"])
        self.file.set_properties(
            {
                "title": content["headlines"]["title"],
                "subject": content["cycle"]["name"],
                "author": content["organisation"]["name"],
                "created": datetime(made.year, made.month, made.day, tzinfo=UTC).replace(tzinfo=None),
            }
        )
        plain = {"valign": "top", "font_color": TOKENS["ink"], "bottom": 1, "bottom_color": TOKENS["line"]}
        self.head = self.file.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": look.colour, "font_color": "#ffffff"}
        )
        self.forms = {
            kind: self.file.add_format({**plain, "num_format": form, "text_wrap": kind == TEXT})
            for kind, form in FORMATS.items()
        }
        self.strong = self.file.add_format({**plain, "bold": True, "text_wrap": True})
        self.names: set[str] = set()

    def sheet(self, name: str, rows: Sequence[Sequence[Any]], columns: Sequence[Column] | None = None) -> None:
        """A sheet with a head that stays in sight, or, without columns, of labels and texts."""
        sheet = self.file.add_worksheet(self.sheet_name(name))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if columns is None:
            sheet.set_column(0, 0, 28)
            sheet.set_column(1, 1, 100)
            for number, (label, told) in enumerate(rows):
                sheet.write_string(number, 0, text_of(label), self.strong)
                sheet.write_string(number, 1, text_of(told), self.forms[TEXT])
            return
        for number, (label, _kind, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, text_of(label), self.head)
        for place, row in enumerate(rows, 1):
            for number, ((_label, kind, _width), value) in enumerate(zip(columns, row, strict=True)):
                self.write(sheet, place, number, kind, value)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.repeat_rows(0)

    def write(self, sheet: Any, row: int, column: int, kind: str, value: Any) -> None:
        form = self.forms[kind]
        if value is None or value == "":
            sheet.write_blank(row, column, None, form)
        elif kind == TEXT:
            sheet.write_string(row, column, text_of(value), form)
        elif kind == DAY:
            day = date.fromisoformat(value)
            sheet.write_datetime(row, column, datetime(day.year, day.month, day.day), form)
        else:
            sheet.write_number(row, column, value, form)

    def sheet_name(self, name: str) -> str:
        """A name a spreadsheet takes: no signs of its own, 31 characters, once."""
        clean = "".join("-" if c in "[]:*?/\\" else c for c in name).strip("' ")[:31] or "-"
        found, number = clean, 2
        while found.casefold() in self.names:
            found, number = f"{clean[:27]} {number}", number + 1
        self.names.add(found.casefold())
        return found

    def bytes(self) -> bytes:
        self.file.close()
        return self.stream.getvalue()


def text_of(value: Any) -> str:
    """Text as a cell can hold it."""
    return str(value)[:LONGEST]
