"""The dimension tables: what facts are about. PURE: no Django."""

from opmodel.api.star.columns import (
    BOOL,
    DATE,
    INT,
    NUMBER,
    TEXT,
    TIME,
    Column,
    Table,
    changed,
    deleted_from,
    key,
    some,
)

ORGANISATION = Column("organisation_id", INT, "The organisation.", "o.id", refers="DimOrganisation")
CONTENT = Column("content_version", TEXT, "Version of the questionnaire.", "v.version")
PUBLISHED = Column(
    "updated_at",
    TIME,
    "When this version of the questionnaire was published; it never changes.",
    "COALESCE(v.published_at, v.created_at)",
)
CODE = Column("code", TEXT, "Its code, the same in every version that has it.", "x.code")
PLACE = Column("place", INT, "Its place in the questionnaire, 1 first.", 'x."order" + 1')
VERSION = "JOIN assessments_questionnaire v ON v.id = x.questionnaire_id"
PEERS_SHOWN = "rel.state IN ('published', 'superseded')"  # what comparisons may read; taken back, nobody may
# A group is seen while a comparison with its release is stored.
PEERS_COMPARED = (
    f"{PEERS_SHOWN} AND EXISTS (SELECT FROM assessments_result y"
    " WHERE y.organisation_id = g.organisation_id AND y.release_id = g.release_id)"
)

DIMENSIONS = (
    Table(
        name="DimOrganisation",
        meaning="The organisation of the token.",
        source="organisations_organisation o",
        keys=("o.id",),
        columns=(
            key("o.id"),
            Column("public_id", TEXT, "Its key in addresses.", "o.public_id"),
            Column("name", TEXT, "Name.", "o.name"),
            Column("time_zone", TEXT, "Time zone: a last day ends there.", "o.time_zone"),
            Column("currency", TEXT, "Currency of its money, three letters.", "o.currency"),
            Column("industry", TEXT, "Industry it is compared by.", some("o.industry"), null=True),
            Column("region", TEXT, "Region it is compared by.", some("o.region"), null=True),
            Column("size_band", TEXT, "Band of employees it is compared by.", some("o.size_band"), null=True),
            Column("process_type", TEXT, "Type of process.", some("o.process_type"), null=True),
            Column("updated_at", TIME, "When it was last changed.", "o.updated_at"),
        ),
    ),
    Table(
        name="DimSite",
        meaning="A plant with production.",
        source="organisations_site p JOIN organisations_organisation o ON o.id = p.organisation_id",
        keys=("p.id",),
        deleted=deleted_from("organisations_site"),
        columns=(
            key("p.id"),
            ORGANISATION,
            Column("public_id", TEXT, "Its key in addresses.", "p.public_id"),
            Column("name", TEXT, "Name.", "p.name"),
            Column("region", TEXT, "Region.", some("p.region"), null=True),
            Column("country", TEXT, "Country, two letters.", some("p.country"), null=True),
            Column("is_active", BOOL, "Whether it can be asked in new cycles.", "p.is_active"),
            Column("updated_at", TIME, "When it was last changed.", "p.updated_at"),
        ),
    ),
    Table(
        name="DimCycle",
        meaning="One round of the assessment.",
        source=(
            "assessments_cycle c JOIN organisations_organisation o ON o.id = c.organisation_id"
            " JOIN assessments_questionnaire v ON v.id = c.questionnaire_id"
        ),
        keys=("c.id",),
        cycle="c.public_id",
        deleted=deleted_from("assessments_cycle"),
        columns=(
            key("c.id"),
            ORGANISATION,
            Column("public_id", TEXT, "Its key in addresses, and for the parameter `cycle`.", "c.public_id"),
            Column("name", TEXT, "Name.", "c.name"),
            Column("state", TEXT, "draft, open, closed or archived.", "c.state"),
            Column("opens_on", DATE, "First day for answers.", "c.opens_on"),
            Column("closes_on", DATE, "Last day for answers, in the organisation's time zone.", "c.closes_on"),
            Column(
                "target_level",
                NUMBER,
                "Level wanted where a dimension has no target of its own.",
                "c.target_level",
                null=True,
            ),
            Column(
                "response_target_pct", INT, "Share of plants that shall submit, in percent.", "c.response_target_pct"
            ),
            CONTENT,
            Column("updated_at", TIME, "When it was last changed.", "c.updated_at"),
        ),
    ),
    Table(
        name="DimComponent",
        meaning="A component of the operating model, of one version of the questionnaire.",
        source=f"assessments_component x {VERSION}",
        keys=("x.id",),
        columns=(key("x.id"), CONTENT, CODE, Column("name", TEXT, "Name.", "x.name"), PLACE, PUBLISHED),
    ),
    Table(
        name="DimDimension",
        meaning="A dimension of a component, of one version of the questionnaire.",
        source=f"assessments_dimension x {VERSION} JOIN assessments_component k ON k.id = x.component_id",
        keys=("x.id",),
        columns=(
            key("x.id"),
            CONTENT,
            CODE,
            Column("name", TEXT, "Name.", "x.name"),
            PLACE,
            Column("component_id", INT, "Its component.", "k.id", refers="DimComponent"),
            Column("component", TEXT, "Code of its component.", "k.code"),
            Column("component_name", TEXT, "Name of its component.", "k.name"),
            PUBLISHED,
        ),
    ),
    Table(
        name="DimQuestion",
        meaning="A question or other item, of one version of the questionnaire.",
        source=(
            f"assessments_question x {VERSION} LEFT JOIN assessments_dimension d ON d.id = x.dimension_id"
            " LEFT JOIN assessments_component k ON k.id = d.component_id"
        ),
        keys=("x.id",),
        columns=(
            key("x.id"),
            CONTENT,
            CODE,
            Column("text", TEXT, "The question, or the title of the item.", "x.text"),
            Column("type", TEXT, "scale5 for a question with levels, else the type of the item.", "x.type"),
            Column("view", TEXT, "Who is asked: enterprise or site.", "x.view"),
            PLACE,
            Column(
                "dimension_id", INT, "Its dimension; empty for other items.", "d.id", null=True, refers="DimDimension"
            ),
            Column("dimension", TEXT, "Code of its dimension.", "d.code", null=True),
            Column(
                "component_id", INT, "Its component; empty for other items.", "k.id", null=True, refers="DimComponent"
            ),
            Column("component", TEXT, "Code of its component.", "k.code", null=True),
            PUBLISHED,
        ),
    ),
    Table(
        name="DimAction",
        meaning="An improvement action of the catalogue, of one version of the questionnaire.",
        source=(
            "assessments_questionnaire v"
            " CROSS JOIN LATERAL jsonb_array_elements(v.document -> 'actions') WITH ORDINALITY AS e(spec, place)"
            ' JOIN assessments_action x ON x.questionnaire_id = v.id AND x."order" = e.place - 1'
        ),
        keys=("x.id",),
        columns=(
            key("x.id"),
            CONTENT,
            CODE,
            Column("title", TEXT, "What to do.", "x.title"),
            PLACE,
            Column(
                "dimensions",
                TEXT,
                "Codes of the dimensions it helps, separated by a blank.",
                "(SELECT string_agg(t.code, ' ' ORDER BY t.n)"
                " FROM jsonb_array_elements_text(e.spec -> 'dimensions') WITH ORDINALITY AS t(code, n))",
            ),
            Column("impact", INT, "Impact, 1 to 5.", "e.spec ->> 'impact'"),
            Column("effort", INT, "Effort, 1 to 5.", "e.spec ->> 'effort'"),
            Column("horizon", TEXT, "How long it takes.", some("e.spec ->> 'horizon'"), null=True),
            Column("first_step", TEXT, "What to begin with.", some("e.spec ->> 'first_step'"), null=True),
            Column("done_when", TEXT, "What shows that it is done.", some("e.spec ->> 'done_when'"), null=True),
            PUBLISHED,
        ),
    ),
    Table(
        name="DimPeerGroup",
        meaning="A published group of peers that the organisation is compared with, or can switch to, in one release.",
        source=(
            "assessments_peergroup g JOIN organisations_organisation o ON o.id = g.organisation_id"
            " JOIN benchmarks_release rel ON rel.id = g.release_id JOIN benchmarks_dataset ds ON ds.id = rel.dataset_id"
            " LEFT JOIN benchmarks_cellstatistic b ON b.release_id = g.release_id AND b.tree = g.tree AND b.path = g.path"
            " AND b.measure = 'OVERALL'"
        ),
        keys=("g.id",),
        living=PEERS_COMPARED,
        gone_at="rel.updated_at",
        deleted=deleted_from("assessments_peergroup"),
        columns=(
            key("g.id"),
            ORGANISATION,
            Column("name", TEXT, "The group in words.", "g.label"),
            Column("tree", TEXT, "A (industry first) or B (region first).", "g.tree"),
            Column("path", TEXT, "Its segments, from all peers down.", "g.path"),
            Column("depth", INT, "How many segments it has; 0 for all peers.", "g.depth"),
            Column("peer_n_band", TEXT, "How many peers have an overall score, as a band.", "b.n_band", null=True),
            Column("release", TEXT, "Release of the peers' figures.", "rel.name"),
            Column("peer_period", TEXT, "Period of the peers' data.", "ds.period"),
            Column("source", TEXT, "Where the peers' data come from.", "ds.source"),
            Column(
                "illustrative",
                BOOL,
                "Whether these peers are made up to show how a comparison works.",
                "ds.illustrative",
            ),
            changed("g.updated_at", "rel.updated_at"),
        ),
    ),
)
