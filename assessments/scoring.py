"""From levels to scores (METHOD 1 and 2). PURE: numpy only, no Django.

One kernel, `score_matrix`, scores any number of submissions at once; `scores_of` explains one of them with the kernel's
own numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from assessments.catalogue import ENTERPRISE, Questionnaire
from assessments.method import Method

UNANSWERED, NOT_APPLICABLE = 0, -1  # codes in an answer matrix beside the levels 1 to 5
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoringPlan:
    """A questionnaire compiled for one view: columns, integer weights, membership matrices, exact thresholds."""

    questions: tuple[str, ...]
    dimensions: tuple[str, ...]
    components: tuple[str, ...]
    question_weights: Ints  # (q, d): weight of a question in its dimension, 0 elsewhere
    dimension_weights: Ints  # (d, c)
    component_weights: tuple[Fraction, ...]
    dimension_coverage: Fraction
    component_coverage: Fraction
    not_applicable_flag: Fraction

    @property
    def measures(self) -> tuple[str, ...]:
        return (*self.dimensions, *self.components, "OVERALL")


def plan_for(
    questionnaire: Questionnaire,
    method: Method,
    view: str = ENTERPRISE,
    component_weights: Mapping[str, Fraction] | None = None,
) -> ScoringPlan:
    """Compile a view; `component_weights` None means the reference weights (METHOD 2).

    Raises ValueError when own weights leave the allowed range or do not sum to 1.
    """
    rules = method.scoring
    questions = questionnaire.questions_of(view)
    dimensions, components = questionnaire.dimensions, questionnaire.components
    at = {d.code: j for j, d in enumerate(dimensions)}
    question_weights = np.zeros((len(questions), len(dimensions)), dtype=np.int64)
    for i, q in enumerate(questions):
        question_weights[i, at[q.dimension]] = q.weight
    dimension_weights = np.zeros((len(dimensions), len(components)), dtype=np.int64)
    for c, component in enumerate(components):
        for d in component.dimensions:
            dimension_weights[at[d.code], c] = d.weight
    if component_weights is None:
        weights = tuple(rules.reference_weight for _ in components)
        if sum(weights) != 1:
            raise ValueError(f"{len(components)} components at {rules.reference_weight} each do not sum to 1")
    else:
        weights = tuple(Fraction(component_weights[c.code]) for c in components)
        if sum(weights) != 1 or not all(rules.weight_min <= w <= rules.weight_max for w in weights):
            low, high = float(rules.weight_min), float(rules.weight_max)
            raise ValueError(f"component weights must lie between {low} and {high} and sum to 1, found {weights}")
    return ScoringPlan(
        questions=tuple(q.code for q in questions),
        dimensions=tuple(d.code for d in dimensions),
        components=tuple(c.code for c in components),
        question_weights=question_weights,
        dimension_weights=dimension_weights,
        component_weights=weights,
        dimension_coverage=rules.dimension_coverage,
        component_coverage=rules.component_coverage,
        not_applicable_flag=rules.not_applicable_flag,
    )


@dataclass(frozen=True)
class ScoreMatrix:
    """Scores of n submissions in m measures: float arrays (n, m) in levels 1-5; NaN where METHOD 2 gives no value."""

    measures: tuple[str, ...]
    point: Floats
    coverage: Floats  # share of applicable weight answered, 0-1
    low: Floats  # unanswered taken as 1
    high: Floats  # unanswered taken as 5
    not_applicable: Floats  # (n, c) share of a component's question weight


def _ratio(above: Floats | Ints, below: Floats | Ints) -> Floats:
    out = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=out, where=np.asarray(below) > 0)
    return out


def _weighted_sum(values: Floats, weights: Floats) -> Floats:
    """Sum of columns times weights, one column after the other: BLAS would round differently in another batch size."""
    out = np.zeros((values.shape[0], *weights.shape[1:]))
    for j, weight in enumerate(weights):
        out += values[:, j : j + 1] * weight if weights.ndim > 1 else values[:, j] * weight
    return out


def score_matrix(plan: ScoringPlan, levels: npt.NDArray[np.int8]) -> ScoreMatrix:
    """Score n submissions at once (METHOD 2).

    `levels` is (n, q): 1-5, 0 unanswered, -1 not applicable. A dimension counts as applicable while one of its questions
    does. Raises ValueError naming row and question of a value outside -1 to 5.

    The lower bound of a component takes an applicable but unscored dimension as 1, the upper bound as 5; a scored
    dimension enters with its own bounds. METHOD's example [2,2], [2,2], [5,-] gives point 2.0 and low 2.33 because the
    third dimension, half answered, has low (5 + 1) / 2 = 3: the bounds use what was answered. Hence
    (2 + 2 + 3) / 3 = 2.33. "Counts as 1 / 5" is read as: its *unanswered questions* do.
    """
    levels = np.asarray(levels)
    wrong = np.argwhere((levels < NOT_APPLICABLE) | (levels > 5))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(f"row {row}, {plan.questions[column]}: {levels[row, column]} is not a level from 1 to 5")
    # Small whole numbers: float64 products of them are exact, and BLAS is fast.
    weight = plan.question_weights.astype(np.float64)
    answered = (levels >= 1).astype(np.float64)
    applicable = (levels != NOT_APPLICABLE).astype(np.float64)
    total = np.where(levels >= 1, levels, 0).astype(np.float64) @ weight
    weight_answered, weight_applicable = answered @ weight, applicable @ weight
    open_weight = weight_applicable - weight_answered
    need = plan.dimension_coverage
    scored = (weight_answered * need.denominator >= weight_applicable * need.numerator) & (weight_answered > 0)
    d_point = np.where(scored, _ratio(total, weight_answered), np.nan)
    d_coverage = _ratio(weight_answered, weight_applicable)
    d_low = _ratio(total + open_weight, weight_applicable)
    d_high = _ratio(total + 5 * open_weight, weight_applicable)

    in_component = plan.dimension_weights.astype(np.float64)
    alive = (weight_applicable > 0).astype(np.float64)
    alive_weight = alive @ in_component
    scored_weight = scored.astype(np.float64) @ in_component
    need = plan.component_coverage
    c_scored = (scored_weight * need.denominator >= alive_weight * need.numerator) & (scored_weight > 0)
    c_point = np.where(c_scored, _ratio(_weighted_sum(np.nan_to_num(d_point), in_component), scored_weight), np.nan)
    c_coverage = _ratio(_weighted_sum(np.nan_to_num(d_coverage), in_component), alive_weight)
    c_low = _ratio(_weighted_sum(np.nan_to_num(d_low), in_component), alive_weight)
    c_high = _ratio(_weighted_sum(np.nan_to_num(d_high), in_component), alive_weight)

    weights = np.array([float(w) for w in plan.component_weights])
    o_point = _weighted_sum(c_point, weights)  # NaN as soon as one of the four is missing
    known = _weighted_sum((~np.isnan(c_coverage)).astype(np.float64), weights)
    overall = [_ratio(_weighted_sum(np.nan_to_num(x), weights), known) for x in (c_coverage, c_low, c_high)]
    asked = plan.question_weights.sum(axis=0) @ plan.dimension_weights
    left_out = (1 - applicable) @ weight @ in_component
    return ScoreMatrix(
        measures=plan.measures,
        point=np.column_stack([d_point, c_point, o_point]),
        coverage=np.column_stack([d_coverage, c_coverage, overall[0]]),
        low=np.column_stack([d_low, c_low, overall[1]]),
        high=np.column_stack([d_high, c_high, overall[2]]),
        not_applicable=_ratio(left_out, np.broadcast_to(asked, left_out.shape)),
    )


def component_marks(plan: ScoringPlan, matrix: ScoreMatrix) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """(n, m): the number of a component's lowest scored dimension from 1 on (0: none), and its not-applicable flag."""
    bottleneck = np.zeros(matrix.point.shape, dtype=np.int64)
    many = np.zeros(matrix.point.shape, dtype=np.bool_)
    for c in range(len(plan.components)):
        own = np.flatnonzero(plan.dimension_weights[:, c])
        points = np.nan_to_num(matrix.point[:, own], nan=np.inf)
        column = len(plan.dimensions) + c
        bottleneck[:, column] = np.where(np.isinf(points).all(axis=1), 0, own[points.argmin(axis=1)] + 1)
        many[:, column] = matrix.not_applicable[:, c] > float(plan.not_applicable_flag)
    return bottleneck, many


@dataclass(frozen=True)
class Part:
    """What a score is made of: a question in a dimension, a dimension in a component, a component in the whole."""

    code: str
    weight: Fraction  # share among the parts that count; 0 for those that do not
    value: float | None  # None: unanswered, not applicable, or not scored
    status: str  # "counts", "unanswered", "not applicable", "not scored"


@dataclass(frozen=True)
class Score:
    """One measure of one submission with its bounds and its parts."""

    measure: str
    point: float | None
    coverage: float | None
    low: float | None
    high: float | None
    parts: tuple[Part, ...]
    bottleneck: str = ""
    many_not_applicable: bool = False


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def scores_of(plan: ScoringPlan, levels: npt.NDArray[np.int8]) -> dict[str, Score]:
    """All measures of one submission, explained down to the answers; `levels` is one row of `score_matrix`."""
    matrix = score_matrix(plan, np.asarray(levels).reshape(1, -1))
    column = {m: j for j, m in enumerate(matrix.measures)}
    points = {m: _number(matrix.point[0, j]) for m, j in column.items()}
    parts: dict[str, tuple[Part, ...]] = {}
    for j, dimension in enumerate(plan.dimensions):
        parts[dimension] = _question_parts(plan, np.asarray(levels), j)
    for c, component in enumerate(plan.components):
        inside = [j for j in range(len(plan.dimensions)) if plan.dimension_weights[j, c]]
        weights = {plan.dimensions[j]: int(plan.dimension_weights[j, c]) for j in inside}
        gone = {code for code in weights if all(p.status == "not applicable" for p in parts[code])}
        parts[component] = _weighted(weights, points, gone)
    overall = dict(zip(plan.components, plan.component_weights, strict=True))
    parts["OVERALL"] = tuple(
        Part(c, w, points[c], "counts" if points[c] is not None else "not scored") for c, w in overall.items()
    )
    bottleneck, many = component_marks(plan, matrix)
    scores = {}
    for measure, j in column.items():
        scores[measure] = Score(
            measure,
            points[measure],
            _number(matrix.coverage[0, j]),
            _number(matrix.low[0, j]),
            _number(matrix.high[0, j]),
            parts[measure],
            bottleneck=plan.dimensions[bottleneck[0, j] - 1] if bottleneck[0, j] else "",
            many_not_applicable=bool(many[0, j]),
        )
    return scores


def _question_parts(plan: ScoringPlan, levels: npt.NDArray[np.int8], j: int) -> tuple[Part, ...]:
    inside = np.flatnonzero(plan.question_weights[:, j])
    total = int(sum(plan.question_weights[i, j] for i in inside if levels[i] >= 1))
    parts = []
    for i in inside:
        level = int(levels[i])
        if level >= 1:
            weight = Fraction(int(plan.question_weights[i, j]), total)
            parts.append(Part(plan.questions[i], weight, float(level), "counts"))
        else:
            status = "unanswered" if level == UNANSWERED else "not applicable"
            parts.append(Part(plan.questions[i], Fraction(0), None, status))
    return tuple(parts)


def _weighted(weights: Mapping[str, int], points: Mapping[str, float | None], gone: set[str]) -> tuple[Part, ...]:
    total = sum(w for code, w in weights.items() if points[code] is not None)
    parts = []
    for code, w in weights.items():
        value = points[code]
        if value is not None:
            parts.append(Part(code, Fraction(w, total), value, "counts"))
        else:
            parts.append(Part(code, Fraction(0), None, "not applicable" if code in gone else "not scored"))
    return tuple(parts)
