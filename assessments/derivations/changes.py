"""What the change since the last cycle is made of (`assessments.change`), down to question and plant."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.change import (  # fmt: skip
    ANSWERS,
    CAME,
    CONTENT,
    COUNTED,
    IMPROVED,
    JOINED,
    LEFT,
    METHOD,
    MOVED,
    RECALCULATED,
    WEIGHT,
    WEIGHTS,
    Change,
    Part,
    Term,
)
from assessments.derivations.asked import Asked
from assessments.explaining import DIFFERENCE, GIVEN, MEAN, PRODUCT, SUM, Node, derived
from assessments.since import Since, since

KINDS = {
    ANSWERS: gettext_lazy("Answers changed"),
    COUNTED: gettext_lazy("Questions that count in one cycle only"),
    CONTENT: gettext_lazy("Questions or weights of the content changed"),
    METHOD: gettext_lazy("Method changed"),
    IMPROVED: gettext_lazy("The same plants, other scores"),
    JOINED: gettext_lazy("Plants that came in"),
    LEFT: gettext_lazy("Plants that left"),
    WEIGHTS: gettext_lazy("Weights of the plants changed"),
    RECALCULATED: gettext_lazy("Method changed, or surveys scored anew"),
}
RULES = {
    ANSWERS: gettext_lazy("Mean weight of both cycles times the step in level, question by question."),
    COUNTED: gettext_lazy("Questions that count only then or only now, and the weights that shift with them, each valued at the mean of both cycles."),
    CONTENT: gettext_lazy("Questions of one content only, and shifted weights, each valued at the mean of both cycles."),
    METHOD: gettext_lazy("What today's method makes of the same answers, beyond what was stored."),
    IMPROVED: gettext_lazy("Mean weight of both cycles times the step in score, plant by plant."),
    JOINED: gettext_lazy("Weight times distance to the mean of both cycles, plant by plant."),
    LEFT: gettext_lazy("Weight times distance to the mean of both cycles, plant by plant."),
    WEIGHTS: gettext_lazy("Change of weight times distance to the mean of both cycles, plant by plant."),
    RECALCULATED: gettext_lazy("What today's scores and weights of the plants make, beyond what was stored."),
}  # fmt: skip
Name = Callable[[str], tuple[str, tuple[str, str] | None]]  # key of a part -> what it is called, where more stands


def enterprise(asked: Asked) -> tuple[Node, ...]:
    """The change of a measure of the enterprise view; nothing without an earlier cycle."""
    found = since(asked.seen)
    if found is None:
        return ()
    texts = asked.seen.catalogue.question_by_code

    def name(code: str) -> tuple[str, tuple[str, str] | None]:
        asked_now = texts.get(code)
        return (asked_now.text, ("question", code)) if asked_now else (code, None)

    return tree(asked.view.name, found, found.enterprise[asked.code], name, asked.code)


def plants(asked: Asked) -> tuple[Node, ...]:
    """The change of the plants' view of a dimension, or of the mean of all; nothing without an earlier cycle."""
    found = since(asked.seen)
    if found is None:
        return ()
    if asked.code == "OVERALL":
        return plants_together(asked, found)
    label = _("%(name)s, plants' view") % {"name": asked.view.name}
    return tree(label, found, found.network(asked.code), lambda key: (found.names.get(key, key), None), asked.code)


def plants_together(asked: Asked, found: Since) -> tuple[Node, ...]:
    """The mean of the changes of the plants' views, kind by kind and dimension by dimension."""
    whole = found.plants
    if whole.by is None or whole.before is None or whole.after is None:
        return ()
    names = {code: asked.seen.measures[code].name for code, c in found.kinds.items() if c.kinds}
    cycle = found.earlier.cycle.name

    def mean(label: str, value: float, values: Mapping[str, float | None], digits: int, unit: str, plus: bool) -> Node:
        parts = tuple(
            Node(
                name, values[code], GIVEN, digits=digits, unit=unit, code=code, ref=("plants_change", code), signed=plus
            )
            for code, name in names.items()
        )
        rule = _("Mean of the dimensions whose plants' view both cycles have.")
        return Node(label, value, MEAN, parts, rule, digits=digits, unit=unit, signed=plus)

    kinds = tuple(
        mean(str(KINDS[kind]), by, {code: found.kinds[code].of(kind) for code in names}, 2, _("levels"), True)
        for kind, by in whole.kinds.items()
    )
    sides = tuple(
        mean(label, value, values, 4, _("level"), False)
        for label, value, values in (
            (_("Now"), whole.after, {code: found.kinds[code].after for code in names}),
            (_("In %(cycle)s") % {"cycle": cycle}, whole.before, {code: found.kinds[code].before for code in names}),
        )
    )
    title = _("The plants' view since %(cycle)s") % {"cycle": cycle}
    rule = _("Sum of what changed; the order does not matter, as each is valued at the mean of both cycles.")
    twice = Node(_("Now minus then"), whole.by, DIFFERENCE, sides, unit=_("levels"), signed=True)
    return (Node(title, whole.by, SUM, kinds, rule, unit=_("levels"), signed=True), twice)


def tree(label: str, found: Since, change: Change, name: Name, code: str) -> tuple[Node, ...]:
    """A change as the sum of its kinds, and as the difference of its two scores."""
    if change.by is None or change.before is None or change.after is None:
        return ()
    cycle = found.earlier.cycle.name
    sides = (
        Node(_("Now"), change.after, GIVEN, digits=4, unit=_("level")),
        Node(_("In %(cycle)s") % {"cycle": cycle}, change.before, GIVEN, digits=4, unit=_("level")),
    )
    title = _("%(name)s since %(cycle)s") % {"name": label, "cycle": cycle}
    twice = Node(_("Now minus then"), change.by, DIFFERENCE, sides, unit=_("levels"), code=code, signed=True)
    if not change.kinds:
        gone = _("The answers of one of the cycles have changed since they were scored: the change is not taken apart.")
        return (Node(title, change.by, DIFFERENCE, sides, gone, unit=_("levels"), code=code, signed=True),)
    kinds = tuple(
        Node(
            str(KINDS[kind]), by, SUM if change.parts.get(kind) else GIVEN,
            tuple(_part(p, name, change.centre) for p in change.parts.get(kind, ())), str(RULES[kind]), unit=_("levels"), signed=True,
        )
        for kind, by in change.kinds.items()
    )  # fmt: skip
    rule = _("Sum of what changed; the order does not matter, as each is valued at the mean of both cycles.")
    return (Node(title, change.by, SUM, kinds, rule, unit=_("levels"), code=code, signed=True), twice)


def _part(part: Part, name: Name, centre: float) -> Node:
    label, ref = name(part.key)
    made = _made(part, Node(_("Mean of both cycles"), centre, GIVEN, digits=4, unit=_("level")))
    return Node(
        label, part.by, PRODUCT, made, digits=3, unit=_("levels"), code=part.key if ref else "", ref=ref, signed=True
    )


def _made(part: Part, centre: Node) -> tuple[Node, Node]:
    """The two factors of a part: a weight or its change, and a step or a distance."""
    weights, values = _sides(part, lambda t: float(t.weight), 4), _sides(part, lambda t: t.value, 2)
    if part.kind == MOVED:
        return (
            derived(Node(_("Mean weight"), None, MEAN, tuple(weights.values()), digits=4)),
            derived(Node(_("Step"), None, DIFFERENCE, (values["after"], values["before"]), signed=True)),
        )
    if part.kind == WEIGHT:
        middle = derived(Node(_("Mean of its values"), None, MEAN, tuple(values.values())))
        return (
            derived(Node(_("Change of weight"), None, DIFFERENCE, (weights["after"], weights["before"]), digits=4)),
            derived(Node(_("Distance to the mean"), None, DIFFERENCE, (middle, centre))),
        )
    if part.kind == CAME:
        return weights["after"], derived(Node(_("Distance to the mean"), None, DIFFERENCE, (values["after"], centre)))
    return weights["before"], derived(Node(_("Distance to the mean"), None, DIFFERENCE, (centre, values["before"])))


def _sides(part: Part, of: Callable[[Term], float], digits: int) -> Mapping[str, Node]:
    words = {"before": _("Then"), "after": _("Now")}
    terms = {"before": part.before, "after": part.after}
    return {side: Node(words[side], of(term), GIVEN, digits=digits) for side, term in terms.items() if term is not None}
