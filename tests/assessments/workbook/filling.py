"""A downloaded workbook in the hands of a person: cells found by what stands beside them, changed with openpyxl."""

import io
import warnings

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def url_of(submission, tail=""):
    return f"/submissions/{submission.public_id}/workbook/{tail}"


def download(client, submission):
    reply = client.get(url_of(submission, "download/"))
    assert reply.status_code == 200, reply.status_code
    return Filled(reply.content)


def upload(client, submission, data, name="survey.xlsx"):
    return client.post(url_of(submission, "upload/"), {"file": SimpleUploadedFile(name, data, XLSX)})


class Filled:
    """Cells by code and column; `answer("E-CAP1-1", 3)`, `fact("E-N1", "sites_count", 12)`, `cell("E-N7", 1, "supplier")`."""

    def __init__(self, data: bytes):
        self.data = data
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        self.sheets, self.columns, self.rows = {}, {}, {}
        for sheet in self.book:
            for row in sheet.iter_rows(max_row=5):
                if str(row[0].value).startswith("opmodel:"):
                    self._learn(str(row[0].value).removeprefix("opmodel:"), sheet, row[0].row)

    def _learn(self, key, sheet, marks):
        self.sheets[key] = sheet
        self.columns[key] = {c.value: c.column for c in sheet[marks] if c.value}
        self.rows[key] = {}
        for row in sheet.iter_rows(min_row=marks + 2):
            name = (row[0].value, row[self.columns[key]["field"] - 1].value) if key == "facts" else row[0].value
            self.rows[key][name] = row[0].row

    def cell(self, sheet, row, column):
        return self.sheets[sheet].cell(self.rows[sheet][row], self.columns[sheet][column])

    def set(self, sheet, row, column, value):
        """Type a value; a text stays one even if it begins with "="."""
        cell = self.cell(sheet, row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"

    def answer(self, code, answer, reason=None, comment=None):
        for column, value in (("answer", answer), ("reason", reason), ("comment", comment)):
            self.set("questions", code, column, value)

    def fact(self, code, field, value, estimate=None):
        self.set("facts", (code, field), "value", value)
        if estimate is not None:
            self.set("facts", (code, field), "estimate", estimate)

    def bytes(self) -> bytes:
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.book.save(out)
        return out.getvalue()
