"""The fact tables. PURE: no Django. Peers' figures: only those of the cells that the gate gave the organisation."""

from opmodel.api.star.columns import (
    BOOL,
    DATE,
    INT,
    MONEY,
    NUMBER,
    SLOTS,
    TEXT,
    TIME,
    Column,
    Table,
    changed,
    deleted_from,
    key,
    some,
)
from opmodel.api.star.dimensions import CONTENT, ORGANISATION, PEERS_COMPARED, PEERS_SHOWN

CYCLE = (
    Column("cycle_id", INT, "The cycle.", "c.id", refers="DimCycle"),
    Column("cycle", TEXT, "Name of the cycle.", "c.name"),
)
SITE = (
    Column("site_id", INT, "The site; empty for the enterprise.", "p.id", null=True, refers="DimSite"),
    Column("site", TEXT, "Name of the site; empty for the enterprise.", "p.name", null=True),
)
SUBMISSION = (
    Column("submission_id", INT, "The submission: one survey of one cycle.", "s.id"),
    Column("submission", TEXT, "Its key in addresses, and for `explain`.", "s.public_id"),
    Column("view", TEXT, "Whose answers: enterprise or site.", "s.view"),
)
ILLUSTRATIVE = Column(
    "illustrative",
    BOOL,
    "Whether the row rests on peers that are made up to show how a comparison works.",
    "COALESCE(ds.illustrative AND b.id IS NOT NULL, false)",
)
METHOD = Column("method_version", TEXT, "Version of the method that calculated the row.", "r.method_version")


def part(name: str, of: str, kind: str = "") -> tuple[Column, Column]:
    """A component or dimension: its key and its code."""
    what = name.capitalize()
    return (
        Column(f"{name}_id", INT, f"The {name}.", f"{of}.id", null=bool(kind), refers=f"Dim{what}"),
        Column(name, TEXT, f"Code of the {name}.", f"{of}.code", null=bool(kind)),
    )


# A submission with its cycle, site and version of the content; everything of an organisation hangs together by pairs.
SURVEY = """
  JOIN assessments_cycle c ON c.organisation_id = s.organisation_id AND c.id = s.cycle_id
  JOIN organisations_organisation o ON o.id = s.organisation_id
  JOIN assessments_questionnaire v ON v.id = c.questionnaire_id
  LEFT JOIN organisations_site p ON p.organisation_id = s.organisation_id AND p.id = s.site_id"""

# The newest result of each submission, its scores, and the cell of the peers that they were compared with.
SCORED = f"""assessments_submission s
  JOIN LATERAL (
    SELECT r.id, r.revision, r.method_version, r.release_id, r.updated_at, r.calculated_at FROM assessments_result r
     WHERE r.organisation_id = s.organisation_id AND r.submission_id = s.id ORDER BY r.revision DESC, r.id DESC LIMIT 1
  ) r ON true
  JOIN assessments_score f ON f.organisation_id = s.organisation_id AND f.result_id = r.id{SURVEY}
  JOIN assessments_measure m ON m.questionnaire_id = c.questionnaire_id AND m.code = f.measure
  LEFT JOIN assessments_component k ON k.id = m.component_id
  LEFT JOIN benchmarks_release rel ON rel.id = r.release_id
  LEFT JOIN benchmarks_dataset ds ON ds.id = rel.dataset_id
  LEFT JOIN benchmarks_cellstatistic b ON b.release_id = rel.id AND {PEERS_SHOWN}
   AND b.tree = f.peer_tree AND b.path = f.peer_path AND b.measure = f.measure
  LEFT JOIN assessments_peergroup g ON g.organisation_id = s.organisation_id AND g.release_id = b.release_id
   AND g.tree = b.tree AND g.path = b.path"""

# What the enterprise wants, what the plants say, and how far they are apart.
WANTED = """
  LEFT JOIN assessments_question tq ON tq.questionnaire_id = c.questionnaire_id AND tq.code = 'E-N6' AND s.view = 'enterprise'
  LEFT JOIN assessments_answer t ON t.submission_id = s.id AND t.question_id = tq.id AND t.status = 'data'
   AND t.organisation_id = s.organisation_id
  LEFT JOIN LATERAL (
    SELECT n.id, n.updated_at FROM assessments_networkresult n
     WHERE n.organisation_id = s.organisation_id AND n.cycle_id = s.cycle_id AND s.view = 'enterprise'
     ORDER BY n.id DESC LIMIT 1
  ) n ON true
  LEFT JOIN assessments_networkscore ns ON ns.organisation_id = s.organisation_id AND ns.network_result_id = n.id
   AND ns.dimension = f.measure
  LEFT JOIN assessments_perceptiongap pg ON pg.organisation_id = s.organisation_id AND pg.network_result_id = n.id
   AND pg.dimension = f.measure"""

SCORED_NOW = "s.state = 'submitted' AND r.revision = s.revision"
SCORED_KEYS = ("s.id", '(m."order" + 1)')
SCORED_ID = f"{SCORED_KEYS[0]} * {SLOTS} + {SCORED_KEYS[1]}"
SCORED_CHANGES = ("r.updated_at", "s.updated_at", "c.updated_at", "o.updated_at", "p.updated_at", "rel.updated_at")
SCORED_DELETED = f"""SELECT t.row_id * {SLOTS} + place, t.deleted_at FROM organisations_tombstone t
  CROSS JOIN generate_series(1, (SELECT max("order") + 1 FROM assessments_measure)) AS place
 WHERE t.table_name = 'assessments_submission'"""

MEASURE = (
    Column("measure", TEXT, "Code of the measure.", "f.measure"),
    Column("measure_name", TEXT, "Name of the measure.", "m.name"),
    Column("measure_kind", TEXT, "dimension, component or overall.", "m.kind"),
    *part("component", "k", "measure"),
    Column(
        "dimension_id",
        INT,
        "The dimension; empty for other measures.",
        "m.dimension_id",
        null=True,
        refers="DimDimension",
    ),
)
POINT = Column(
    "score",
    NUMBER,
    "Score from 1 to 5, not rounded; empty when too little is answered.",
    "f.point",
    null=True,
    formula="weighted mean of the levels of the answered questions (METHOD 2)",
)
BOUNDS = (
    Column("coverage", NUMBER, "Share of the questions' weight that is answered, 0 to 1.", "f.coverage", null=True),
    Column("low", NUMBER, "Lowest score the open answers still allow.", "f.low", null=True),
    Column("high", NUMBER, "Highest score the open answers still allow.", "f.high", null=True),
    Column("bottleneck", TEXT, "Weakest dimension of a component.", some("f.bottleneck"), null=True),
)
PLACE = (
    Column("peer_group_id", INT, "The peers compared with; empty without.", "g.id", null=True, refers="DimPeerGroup"),
    Column("peer_group", TEXT, "The peers compared with, in words.", "g.label", null=True),
    Column(
        "position",
        NUMBER,
        "Percentile among the peers; empty outside of the published range.",
        "CASE WHEN b.id IS NOT NULL THEN f.position END",
        null=True,
    ),
    Column(
        "position_text",
        TEXT,
        "Position such as P42 or “below P25”.",
        "CASE WHEN b.id IS NOT NULL THEN NULLIF(f.position_text, '') END",
        null=True,
    ),
    Column(
        "position_low",
        NUMBER,
        "Lower end of its 90 % interval, in percent.",
        "CASE WHEN b.id IS NOT NULL THEN f.position_low END",
        null=True,
    ),
    Column(
        "position_high",
        NUMBER,
        "Upper end of its 90 % interval, in percent.",
        "CASE WHEN b.id IS NOT NULL THEN f.position_high END",
        null=True,
    ),
)


def quantile(percent: int, name: str = "", meaning: str = "") -> Column:
    """A published quantile of the peers, one decimal."""
    return Column(
        name or f"p{percent}",
        NUMBER,
        meaning or f"The peers' P{percent}, one decimal.",
        f"b.quantiles ->> 'P{percent}'",
        True,
    )


QUARTILES = (
    quantile(25, "peer_p25", "The peers' lower quartile, one decimal."),
    quantile(50, "peer_median", "The peers' median, one decimal."),
    quantile(75, "peer_p75", "The peers' upper quartile, one decimal."),
)
PEERS = (
    Column("peer_n_band", TEXT, "How many peers, as a band.", "b.n_band", null=True),
    Column(
        "peer_period", TEXT, "Period of the peers' data.", "CASE WHEN b.id IS NOT NULL THEN ds.period END", null=True
    ),
    Column(
        "release", TEXT, "Release of the peers' figures.", "CASE WHEN b.id IS NOT NULL THEN rel.name END", null=True
    ),
)
TARGET = "COALESCE((t.data -> f.measure ->> 'target')::float8, CASE WHEN m.kind = 'dimension' AND s.view = 'enterprise' THEN c.target_level END)"
MEDIAN, UPPER = "(b.quantiles ->> 'P50')::float8", "(b.quantiles ->> 'P75')::float8"


def gap(name: str, other: str, meaning: str) -> Column:
    """Score minus another value; 2.9 - 3.15 is -0.25, not -0.2500000000000004."""
    return Column(
        name,
        NUMBER,
        f"Score minus {meaning}, in levels: negative is behind.",
        f"round((f.point - {other})::numeric, 9)",
        null=True,
        formula=f"score - {meaning}",
    )


GAPS = (
    Column("target", NUMBER, "Own target, 1 to 5: of the dimension, else of the cycle.", TARGET, null=True),
    Column("network_score", NUMBER, "The plants' view: weighted mean of the sites' scores.", "ns.score", null=True),
    gap("gap_to_target", TARGET, "target"),
    gap("gap_to_median", MEDIAN, "peer_median"),
    gap("gap_to_p75", UPPER, "peer_p75"),
    Column("perception_gap", NUMBER, "Enterprise minus plants on the same questions, in levels.", "pg.gap", null=True),
    Column(
        "perception_flag",
        TEXT,
        "none, flagged, severe or unknown; empty before any plant has submitted.",
        "pg.flag",
        null=True,
    ),
    Column("perception_sites", INT, "Plants behind the perception gap.", "pg.sites", null=True),
)

FACTS = (
    Table(
        name="FactAnswer",
        meaning="One answer to one question with levels, of a survey that stands as submitted.",
        source=(
            "assessments_answer a"
            " JOIN assessments_submission s ON s.organisation_id = a.organisation_id AND s.id = a.submission_id"
            f"{SURVEY} JOIN assessments_question q ON q.id = a.question_id"
            " JOIN assessments_dimension d ON d.id = q.dimension_id JOIN assessments_component k ON k.id = d.component_id"
        ),
        keys=("a.id",),
        living="s.state = 'submitted'",
        gone_at="s.updated_at",
        deleted=deleted_from("assessments_answer"),
        cycle="c.public_id",
        columns=(
            key("a.id"),
            ORGANISATION,
            *CYCLE,
            *SUBMISSION,
            *SITE,
            Column("question_id", INT, "The question.", "q.id", refers="DimQuestion"),
            Column("question", TEXT, "Code of the question.", "q.code"),
            Column("question_text", TEXT, "The question.", "q.text"),
            *part("dimension", "d"),
            *part("component", "k"),
            Column("status", TEXT, "level, na (not applicable), dk (do not know) or open.", "a.status"),
            Column("level", INT, "The level, 1 to 5.", "a.level", null=True),
            Column("reason", TEXT, "Why it is not applicable.", some("a.reason"), null=True),
            Column("comment", TEXT, "What was said besides.", some("a.comment"), null=True),
            Column("origin", TEXT, "How it came: page, carried, workbook or peers.", "a.origin"),
            Column("on_behalf", BOOL, "Whether somebody answered for the site.", "a.on_behalf"),
            Column("saved_at", TIME, "When it was saved.", "a.saved_at"),
            CONTENT,
            changed("a.updated_at", "s.updated_at", "c.updated_at", "o.updated_at", "p.updated_at"),
        ),
    ),
    Table(
        name="FactScore",
        meaning="One measure of one submission, from its newest result.",
        source=SCORED,
        keys=SCORED_KEYS,
        living=SCORED_NOW,
        gone_at="s.updated_at",
        deleted=SCORED_DELETED,
        cycle="c.public_id",
        columns=(
            key(SCORED_ID),
            ORGANISATION,
            *CYCLE,
            *SUBMISSION,
            *SITE,
            *MEASURE,
            POINT,
            *BOUNDS,
            *PLACE,
            ILLUSTRATIVE,
            Column("submitted_at", TIME, "When the survey was submitted.", "s.submitted_at"),
            METHOD,
            CONTENT,
            changed(*SCORED_CHANGES),
        ),
    ),
    Table(
        name="FactGap",
        meaning="One dimension of the enterprise against target, peers and plants; its id is that of its row in FactScore.",
        source=f"{SCORED}{WANTED}",
        keys=SCORED_KEYS,
        scope="s.view = 'enterprise' AND m.kind = 'dimension'",
        living=SCORED_NOW,
        gone_at="s.updated_at",
        deleted=SCORED_DELETED,
        cycle="c.public_id",
        columns=(
            key(SCORED_ID),
            ORGANISATION,
            *CYCLE,
            *SUBMISSION[:2],
            Column("dimension_id", INT, "The dimension.", "m.dimension_id", refers="DimDimension"),
            Column("dimension", TEXT, "Code of the dimension.", "f.measure"),
            Column("dimension_name", TEXT, "Name of the dimension.", "m.name"),
            *part("component", "k"),
            POINT,
            *QUARTILES,
            *GAPS,
            PLACE[0],
            PLACE[1],
            *PEERS,
            ILLUSTRATIVE,
            METHOD,
            CONTENT,
            changed(*SCORED_CHANGES, "t.updated_at", "n.updated_at"),
        ),
    ),
    Table(
        name="FactBenchmark",
        meaning="What is published of one measure in one group of peers that the organisation may see.",
        source=(
            "assessments_peergroup g JOIN organisations_organisation o ON o.id = g.organisation_id"
            " JOIN benchmarks_release rel ON rel.id = g.release_id JOIN benchmarks_dataset ds ON ds.id = rel.dataset_id"
            " JOIN benchmarks_cellstatistic b ON b.release_id = g.release_id AND b.tree = g.tree AND b.path = g.path"
        ),
        keys=("g.id", "array_position(ds.measures, b.measure)"),
        living=PEERS_COMPARED,
        gone_at="rel.updated_at",
        columns=(
            key(f"g.id * {SLOTS} + array_position(ds.measures, b.measure)"),
            ORGANISATION,
            Column("peer_group_id", INT, "The group of peers.", "g.id", refers="DimPeerGroup"),
            Column("peer_group", TEXT, "The group in words.", "g.label"),
            Column("measure", TEXT, "Code of the measure.", "b.measure"),
            Column("peer_n_band", TEXT, "How many peers, as a band.", "b.n_band"),
            Column("mean", NUMBER, "Their mean, one decimal.", "b.mean"),
            *(quantile(percent) for percent in (10, 25, 50, 75, 90)),
            Column("release", TEXT, "Release of the figures.", "rel.name"),
            Column("peer_period", TEXT, "Period of the peers' data.", "ds.period"),
            Column(
                "illustrative",
                BOOL,
                "Whether these peers are made up to show how a comparison works.",
                "ds.illustrative",
            ),
            changed("g.updated_at", "rel.updated_at"),
        ),
    ),
    Table(
        name="FactPlanAction",
        meaning="One action of a plan, for the network or for one site.",
        source=(
            "assessments_plannedaction a"
            " JOIN assessments_plan n ON n.organisation_id = a.organisation_id AND n.id = a.plan_id"
            " JOIN assessments_cycle c ON c.organisation_id = n.organisation_id AND c.id = n.cycle_id"
            " JOIN organisations_organisation o ON o.id = a.organisation_id"
            " JOIN assessments_questionnaire v ON v.id = c.questionnaire_id"
            " LEFT JOIN assessments_action x ON x.questionnaire_id = c.questionnaire_id AND x.code = a.code"
            " LEFT JOIN organisations_site p ON p.organisation_id = a.organisation_id AND p.id = a.site_id"
            " LEFT JOIN organisations_member w ON w.organisation_id = a.organisation_id AND w.id = a.owner_id"
            " LEFT JOIN organisations_user u ON u.id = w.user_id"
        ),
        keys=("a.id",),
        deleted=deleted_from("assessments_plannedaction"),
        cycle="c.public_id",
        columns=(
            key("a.id"),
            ORGANISATION,
            *CYCLE,
            Column("public_id", TEXT, "Its key in addresses.", "a.public_id"),
            Column("action_id", INT, "The action of the catalogue.", "x.id", null=True, refers="DimAction"),
            Column("action", TEXT, "Code of the action.", "a.code"),
            Column("title", TEXT, "What to do.", "x.title", null=True),
            Column("site_id", INT, "The site; empty for the network.", "p.id", null=True, refers="DimSite"),
            Column("site", TEXT, "Name of the site; empty for the network.", "p.name", null=True),
            Column("owner", TEXT, "Who carries it out.", some("u.name"), null=True),
            Column("status", TEXT, "planned, started, done or dropped.", "a.status"),
            Column("wave", INT, "Wave of the plan, 1 to 4.", "a.wave"),
            Column("starts_on", DATE, "First day.", "a.starts_on"),
            Column("due_on", DATE, "Last day.", "a.due_on"),
            Column("done_on", DATE, "Day it was done.", "a.done_on", null=True),
            Column("effort_days", INT, "Effort in person-days.", "a.effort_days"),
            Column("benefit_expected", MONEY, "Benefit expected, in `currency`.", "a.benefit_expected", null=True),
            Column("benefit_realised", MONEY, "Benefit realised, in `currency`.", "a.benefit_realised", null=True),
            Column("currency", TEXT, "Currency of the organisation.", "o.currency"),
            Column("rank", INT, "Its rank when it was chosen.", "a.rank", null=True),
            Column("value", NUMBER, "Its value when it was chosen.", "a.value", null=True),
            Column("notes", TEXT, "Notes.", some("a.notes"), null=True),
            Column("shown_by", TEXT, "What shows that it is done.", some("a.shown_by"), null=True),
            Column("dropped_because", TEXT, "Why it was dropped.", some("a.dropped_because"), null=True),
            CONTENT,
            changed("a.updated_at", "n.updated_at", "c.updated_at", "o.updated_at", "p.updated_at", "w.updated_at"),
        ),
    ),
    Table(
        name="FactScoreFlat",
        meaning="FactScore with everything beside it, in one wide table: for tools that join nothing. The ids are the same.",
        source=f"{SCORED}{WANTED}",
        keys=SCORED_KEYS,
        living=SCORED_NOW,
        gone_at="s.updated_at",
        deleted=SCORED_DELETED,
        cycle="c.public_id",
        columns=(
            key(SCORED_ID),
            ORGANISATION,
            Column("organisation", TEXT, "Name of the organisation.", "o.name"),
            *CYCLE,
            Column("cycle_state", TEXT, "draft, open, closed or archived.", "c.state"),
            Column("cycle_opens_on", DATE, "First day for answers.", "c.opens_on"),
            Column("cycle_closes_on", DATE, "Last day for answers.", "c.closes_on"),
            *SUBMISSION,
            *SITE,
            Column("site_region", TEXT, "Region of the site.", some("p.region"), null=True),
            Column("site_country", TEXT, "Country of the site.", some("p.country"), null=True),
            *MEASURE,
            Column("component_name", TEXT, "Name of the component.", "k.name", null=True),
            POINT,
            *BOUNDS,
            *PLACE,
            *QUARTILES,
            *PEERS,
            *GAPS,
            ILLUSTRATIVE,
            Column("submitted_at", TIME, "When the survey was submitted.", "s.submitted_at"),
            METHOD,
            CONTENT,
            changed(*SCORED_CHANGES, "t.updated_at", "n.updated_at"),
        ),
    ),
)
