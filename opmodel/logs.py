"""Log lines that stay one line, for a newline in a name must not forge an entry, and that open no door."""

import logging
import re

# Whoever reads a log must not join or choose a password in somebody's place: the links of mails are cut in it.
LINKS = re.compile(r"(/accounts/(?:invitations|password/reset/key)/)[^/\s'\"]+")


class OneLine(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        # Without a mail server a worker prints mails to its log, on purpose and with their links.
        return text if record.name == "celery.redirected" else LINKS.sub(r"\1…", text)
