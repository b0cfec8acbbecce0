"""The tables as the OpenAPI document and docs/api.md promise them: every column with its type and meaning."""

from typing import Any

from rest_framework import serializers

from assessments.catalogue import ENTERPRISE, SITE
from opmodel.api.parameters import MAX_LIMIT


def whole(meaning: str, null: bool = False) -> serializers.Field:
    return serializers.IntegerField(help_text=meaning, allow_null=null)


def number(meaning: str, null: bool = True) -> serializers.Field:
    return serializers.FloatField(help_text=meaning, allow_null=null)


def text(meaning: str, null: bool = False) -> serializers.Field:
    return serializers.CharField(help_text=meaning, allow_null=null)


def truth(meaning: str) -> serializers.Field:
    return serializers.BooleanField(help_text=meaning)


def moment() -> serializers.Field:
    return serializers.DateTimeField(help_text="When anything this row shows was last changed, UTC.")


def illustrative() -> serializers.Field:
    return truth("Whether this row rests on peers that are made up to show how a comparison works.")


class Row(serializers.Serializer):
    """What the rows of all tables have."""

    id = whole("Key of the row; stays the same when scores are calculated again. Pages are ordered by it.")
    cycle = text("Name of the cycle.")
    cycle_id = text("Key of the cycle, the same in every table.")
    organisation = text("Name of the organisation.")


class CycleRow(serializers.Serializer):
    """One round of the assessment."""

    id = whole("Key of the row. Pages are ordered by it.")
    cycle_id = text("Key of the cycle, the same in every table.")
    name = text("Name of the cycle.")
    organisation = text("Name of the organisation.")
    state = serializers.ChoiceField(["draft", "open", "closed", "archived"], help_text="Where the cycle stands.")
    opens_on = serializers.DateField(help_text="First day for answers.")
    closes_on = serializers.DateField(help_text="Last day for answers, in the organisation's time zone.")
    sites_invited = whole("Sites that were asked.")
    sites_submitted = whole("Sites that submitted their survey.")
    enterprise_state = serializers.ChoiceField(["draft", "submitted"], help_text="Where the enterprise view stands.")
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


class ScoreRow(Row):
    """One measure of one submission, from its latest result."""

    submission_id = text("Key of the submission, for `explain`.")
    view = serializers.ChoiceField([ENTERPRISE, SITE], help_text="Whose answers: the enterprise's or a site's.")
    site = text("Name of the site; null for the enterprise.", null=True)
    site_id = text("Key of the site; null for the enterprise.", null=True)
    measure = text("Code of the measure.")
    measure_name = text("Name of the measure.")
    component = text("Code of the component the measure belongs to; null for the overall score.", null=True)
    kind = serializers.ChoiceField(["dimension", "component", "overall"], help_text="What kind of measure this is.")
    score = number("Score from 1 to 5, not rounded; null when too little is answered.")
    coverage = number("Share of the questions' weight that is answered, 0 to 1.")
    low = number("Lowest score the open answers still allow.")
    high = number("Highest score the open answers still allow.")
    bottleneck = text("Weakest dimension of a component; null for other measures.", null=True)
    peer_group = text("Peers compared with; null where there are none (as for sites).", null=True)
    peer_n_band = text("How many peers, as a band.", null=True)
    peer_period = text("Period of the peers' data.", null=True)
    peer_p25 = number("The peers' lower quartile, one decimal.")
    peer_median = number("The peers' median, one decimal.")
    peer_p75 = number("The peers' upper quartile, one decimal.")
    position_text = text("Position among the peers, such as P42 or “below P25”.", null=True)
    position_low = number("Lower end of the position's 90 % interval, in percent.")
    position_high = number("Upper end of the position's 90 % interval, in percent.")
    release = text("Release of the peers' figures.", null=True)
    illustrative = illustrative()
    method_version = text("Version of the method that calculated the row.")
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


class GapRow(Row):
    """One dimension of the enterprise view against target, peers and plants; the id is that of its row in scores."""

    dimension = text("Code of the dimension.")
    dimension_name = text("Name of the dimension.")
    component = text("Code of its component.")
    score = number("Score from 1 to 5, not rounded.")
    target = number("Own target (1 to 5).")
    peer_median = number("The peers' median, one decimal.")
    peer_p75 = number("The peers' upper quartile, one decimal.")
    network_score = number("The plants' view: weighted mean of the sites' scores.")
    gap_to_target = number("Score minus target, in levels: negative is behind.")
    gap_to_median = number("Score minus the peers' median, in levels.")
    gap_to_p75 = number("Score minus the peers' upper quartile, in levels.")
    perception_gap = number("Enterprise view minus plants' view of the same questions, in levels.")
    perception_flag = text("none, flagged, severe or unknown; null before any plant has submitted.", null=True)
    perception_sites = whole("Plants behind the perception gap.", null=True)
    peer_group = text("Peers compared with.", null=True)
    peer_n_band = text("How many peers, as a band.", null=True)
    peer_period = text("Period of the peers' data.", null=True)
    release = text("Release of the peers' figures.", null=True)
    illustrative = illustrative()
    method_version = text("Version of the method that calculated the row.")
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


class ActionRow(Row):
    """One action in the priority list of a cycle."""

    code = text("Code of the action.")
    title = text("What to do.")
    component = text("Code of the component of its first dimension.")
    dimensions = text("Codes of the dimensions it helps, separated by a blank.")
    rank = whole("Place in the list, 1 first.")
    in_top_list = truth("Whether it stands among the first five that represent every component with a gap.")
    value = number("Improvement value x impact / effort.", null=False)
    impact = whole("Impact, 1 to 5.")
    effort = whole("Effort, 1 to 5.")
    stability = text("How firm its place is under other weights: robust, sensitive or fragile.")
    reason = text("Why it stands where it stands.")
    preset = text("The weights of the ranking: strategic, tactical or operational.")
    reference = text("What gaps are measured against: target, peers or network.")
    own_relevance = truth(
        "Whether the organisation judged which dimension serves which objective other than the content."
    )
    illustrative = illustrative()
    method_version = text("Version of the method that calculated the row.")
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


class FigureRow(Row):
    """One figure that follows from the other items of a submission: registers, pilots, decision rights, profile."""

    view = serializers.ChoiceField([ENTERPRISE, SITE], help_text="Whose answers: the enterprise's or a site's.")
    site = text("Name of the site; null for the enterprise.", null=True)
    site_id = text("Key of the site; null for the enterprise.", null=True)
    item = text("Code of the item it follows from; null where it follows from several.", null=True)
    figure = text("Key of the figure.")
    figure_name = text("Name of the figure.")
    value = number("The figure; null where it has no value, or is a text.")
    value_text = text("The figure where it is a text: a choice, a segment.", null=True)
    unit = text("Unit of the value.", null=True)
    method_version = text("Version of the method that calculated the row.")
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


class FactRow(Row):
    """One field of one of the other items as it was submitted: a profile's field, or a cell of a register."""

    view = serializers.ChoiceField([ENTERPRISE, SITE], help_text="Whose answers: the enterprise's or a site's.")
    site = text("Name of the site; null for the enterprise.", null=True)
    site_id = text("Key of the site; null for the enterprise.", null=True)
    item = text("Code of the item.")
    item_title = text("Title of the item.")
    type = text("Type of the item, such as profile, register or decision_matrix.")
    row = text(
        "Number of the register's row from 1, or code of the matrix row or dimension; null elsewhere.", null=True
    )
    field = text("Key of the field, column or option.")
    value = number("The entry where it is a number; yes is 1 and no is 0.")
    value_text = text("The entry as text, days as 2026-11-30.")
    unit = text("Unit of the value; for money its currency.", null=True)
    content_version = text("Version of the questionnaire.")
    updated_at = moment()


def page_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The page around the rows of a table."""
    fields: dict[str, Any] = {
        "__doc__": "One page of rows.",
        "count": whole("Number of all rows where it is known without counting: when they fit on one page.", null=True),
        "next": serializers.URLField(help_text="Address of the next page; null on the last one.", allow_null=True),
        "results": row(many=True, help_text=f"At most {MAX_LIMIT} rows."),
    }
    return type(row.__name__.replace("Row", "Page"), (serializers.Serializer,), fields)


class ExplanationRow(serializers.Serializer):
    """One number of a derivation."""

    id = whole("Number of the row, from 1; parents come before their parts.")
    parent = whole("The row that follows from this one and its neighbours; null for the number asked about.", null=True)
    depth = whole("How far below the number asked about, 0 first.")
    label = text("What the number is called.")
    code = text("Code of the measure, question or action; null where it has none.", null=True)
    value = number("The number, not rounded; null where there is none.")
    unit = text("Unit of the value.", null=True)
    digits = whole("Decimals that people read.")
    rule = text("How it follows from its parts: given, weighted mean, sum, product, difference and so on.")
    formula = text("The same in words.", null=True)
    weight = number("Its weight in its parent, 0 to 1; its percentile for the marks of a position.")
    note = text("What else is to be said: why it does not count, whether it has evidence.", null=True)


class Explanation(serializers.Serializer):
    """How a number came about, row by row; what it was calculated by."""

    submission = text("Key of the submission.")
    view = serializers.ChoiceField([ENTERPRISE, SITE], help_text="Whose answers: the enterprise's or a site's.")
    site = text("Name of the site; null for the enterprise.", null=True)
    cycle = text("Name of the cycle.")
    cycle_id = text("Key of the cycle.")
    peer_group = text("Peers the overall score is compared with.", null=True)
    peer_n_band = text("How many peers, as a band.", null=True)
    release = text("Release of the peers' figures.", null=True)
    illustrative = illustrative()
    method_version = text("Version of the method.")
    content_version = text("Version of the questionnaire.")
    measure = text("Code of the measure or action.")
    what = text("Which number of it.")
    results = ExplanationRow(many=True, help_text="The number first, then what it follows from.")


class ChartEntry(serializers.Serializer):
    """One figure."""

    code = text("Code of the figure.")
    address = serializers.URLField(help_text="Where it is.")


class ChartList(serializers.Serializer):
    """The figures of the pages that the role of the token's owner may see."""

    results = ChartEntry(many=True, help_text="All of them.")


class ChartColumn(serializers.Serializer):
    """One column of the table behind a figure."""

    key = text("Key of the column.")
    name = text("Name of the column.")
    unit = text("Unit of its numbers.")
    digits = whole("Decimals that people read; null for text.", null=True)


class Chart(serializers.Serializer):
    """One figure of the pages: message, table, drawing, sources."""

    code = text("Code of the figure.")
    title = text("Its message.")
    note = text("What the marks mean, and the unit.")
    missing = text("What cannot be shown, and why.", null=True)
    columns = ChartColumn(many=True, help_text="The columns of the table.")
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True)),
        help_text="The rows of the table, a cell for each column: text, number or null.",
    )
    plot = serializers.DictField(
        help_text="Data and layout as Plotly takes them; empty where the page draws by itself."
    )
    source = text("Where the numbers come from: cycle, plants, peers, versions.")


class Problem(serializers.Serializer):
    """Why a request was refused (RFC 9457)."""

    type = text("about:blank")
    title = text("What happened.")
    status = whole("The HTTP status.")
    detail = text("What happened in this case.")
    parameter = serializers.CharField(help_text="The parameter that cannot be used.", required=False)
    value = serializers.CharField(help_text="Its value.", required=False)
    expected = serializers.CharField(help_text="What was expected.", required=False)


class Index(serializers.Serializer):
    """Where everything is."""

    cycles = serializers.URLField()
    scores = serializers.URLField()
    gaps = serializers.URLField()
    actions = serializers.URLField()
    figures = serializers.URLField()
    facts = serializers.URLField()
    explain = serializers.URLField()
    charts = serializers.URLField()
    tables = serializers.URLField()
    dictionary = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()
