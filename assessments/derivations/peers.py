"""Where a score stands among its peers, and how far it is from them and from its target (METHOD 5 and 7)."""

from django.utils.translation import gettext as _

from assessments.derivations.asked import Asked
from assessments.explaining import DIFFERENCE, INTERPOLATED, ROUNDED, WILSON_HIGH, WILSON_LOW, Node
from assessments.insight import MeasureView
from benchmarks.settings import method_section
from benchmarks.statistics import band_floor, half_up
from benchmarks.wording import place_text, spoken_period


def rounded(m: MeasureView) -> Node:
    """A score as it is compared: rounded half up to one decimal."""
    assert m.score is not None
    whole = Node(m.name, m.score, digits=4, unit=_("level"), code=m.code, ref=("score", m.code))
    label = _("%(name)s, rounded to one decimal") % {"name": m.name}
    return Node(label, half_up(m.score), ROUNDED, (whole,), _("Half up: 2.25 becomes 2.3."), digits=1, unit=_("level"))


def cell_of(asked: Asked) -> str:
    """The peer group a measure is compared with, as it is cited."""
    peer, release = asked.view.peer, asked.seen.result.release
    assert peer is not None
    assert release is not None
    values = {
        "group": peer.label,
        "band": peer.n_band,
        "period": spoken_period(release.dataset.period),
        "release": release.name,
    }
    if release.dataset.illustrative:
        return _("Illustrative peers, made up: %(group)s, n %(band)s, %(period)s, release %(release)s.") % values
    return _("Peers: %(group)s, n %(band)s, %(period)s, release %(release)s.") % values


def place(asked: Asked) -> tuple[Node, ...]:
    """The position and the ends of its interval; nothing without peers."""
    m = asked.view
    if m.peer is None or m.place is None:
        return ()
    marks = [Node(f"P{p}", q, digits=1, unit=_("level"), weight=p) for p, q in sorted(m.peer.quantiles.items())]
    rule = _(
        "Straight line between the two published marks around the score; at equal marks the middle of the first and the"
        " last of them. Beyond the marks only the side is known."
    )
    note = "" if m.place.percentile is not None else place_text(m.place)
    name = _("Position of %(name)s") % {"name": m.name}
    main = Node(
        name, m.place.percentile, INTERPOLATED, (rounded(m), *marks), f"{cell_of(asked)} {rule}", digits=0,
        unit=_("percentile"), note=note, code=m.code,
    )  # fmt: skip
    if m.place.percentile is None:
        return (main,)
    least = float(band_floor(m.peer.n_band))
    of = (
        main,
        Node(_("Peers, at the least"), least, digits=0, unit="n"),
        Node(_("Factor of a 90 % interval"), method_section().z, digits=4),
    )
    wilson = _("Wilson interval of the share that scores lower, with the smallest number of peers the band allows.")
    return (
        main,
        Node(_("Lower end, 90 %"), m.place.low, WILSON_LOW, of, wilson, digits=0, unit=_("percentile")),
        Node(_("Upper end, 90 %"), m.place.high, WILSON_HIGH, of, wilson, digits=0, unit=_("percentile")),
    )


def gaps(asked: Asked) -> tuple[Node, ...]:
    """The distances to target, peer median and upper quartile: score, as it is shown, minus each of them."""
    m = asked.view
    if m.score is None:
        return ()
    own = rounded(m)
    found = []
    others = (
        (_("To the target"), _("Target"), m.target, _("Set in the enterprise survey, or wanted for the whole cycle.")),
        (_("To the peers' median"), "P50", m.median, cell_of(asked) if m.peer else ""),
        (_("To the peers' upper quartile"), "P75", m.upper_quartile, cell_of(asked) if m.peer else ""),
    )
    for label, name, value, where in others:
        if value is not None:
            other = Node(name, value, digits=1, unit=_("level"), formula=where)
            apart = _("The score as it is shown minus the other value.")
            found.append(
                Node(
                    label,
                    own.value - value,
                    DIFFERENCE,
                    (own, other),
                    apart,
                    digits=1,
                    unit=_("levels"),
                    code=m.code,
                    signed=True,
                )  # type: ignore[operator]
            )
    return tuple(found)
