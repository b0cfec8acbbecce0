"""What is worth a second look before the submit (METHOD 8), from the stored answers of one survey. Reads only."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from assessments import carrying, pipeline, quality, quality_words, selectors
from assessments.access import Access
from assessments.catalogue import Questionnaire
from assessments.models import Answer, Submission


@dataclass(frozen=True)
class Hint:
    """One question to the respondent and the codes it is about; the same question is asked once."""

    kind: str
    sentence: str
    codes: tuple[str, ...]


def hints(submission: Submission, saved: Mapping[str, Answer], granted: Access, reader: int | None) -> list[Hint]:
    """What `quality` finds in the answers a member sees, in words; four statements.

    A contradiction is between two answers of one person. Those who answer are asked about their own only (`reader` is
    their user id): what somebody said elsewhere is not theirs to read. None stands for a reviewer, who sees all.
    """
    catalogue = selectors.catalogue_of(submission)
    rules = pipeline.current_method().quality
    seen = {code: answer for code, answer in saved.items() if granted.sees(code)}
    levels = levels_of(seen)
    commented = {code for code, answer in seen.items() if answer.comment}
    before = {code: row.level for code, row in carrying.previous(submission).items() if row.level is not None}
    known = quality.Known(levels, commented | set(selectors.supported_codes(submission)), commented, before)
    found = list(quality.findings(catalogue, submission.view, known, rules))
    for person, elsewhere in other_answers(submission, seen, reader).items():
        own = levels_of({code: answer for code, answer in seen.items() if answer.saved_by_id == person})
        for there in elsewhere:
            both = quality.Known(own, other_view=there)
            found += quality.contradictions(catalogue, submission.view, both, rules)
    return in_words(found, catalogue)


def levels_of(saved: Mapping[str, Answer]) -> dict[str, int]:
    return {code: answer.level for code, answer in saved.items() if answer.level is not None}


def other_answers(
    submission: Submission, saved: Mapping[str, Answer], reader: int | None
) -> dict[int, list[dict[str, int]]]:
    """Person -> the levels this person gave in each survey of the other view of the cycle. One statement."""
    people = {answer.saved_by_id for answer in saved.values() if answer.saved_by_id}
    rows = Answer.objects.filter(
        submission__cycle_id=submission.cycle_id,
        status=Answer.Status.LEVEL,
        saved_by_id__in=people if reader is None else people & {reader},
    ).exclude(submission__view=submission.view)
    found: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for person, survey, code, level in rows.values_list("saved_by_id", "submission_id", "question__code", "level"):
        found[person][survey][code] = level
    return {person: list(surveys.values()) for person, surveys in found.items()}


def in_words(found: list[quality.Finding], catalogue: Questionnaire) -> list[Hint]:
    """Findings as questions: those with the same words become one, with all their codes."""
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for finding in found:
        # A contradiction stands at the question of this survey; the other one is named in its sentence.
        codes = finding.codes[:1] if finding.kind == quality.CONTRADICTION else finding.codes
        words = (finding.kind, quality_words.sentence(finding, catalogue))
        asked.setdefault(words, {}).update(dict.fromkeys(codes))
    return [Hint(kind, sentence, tuple(codes)) for (kind, sentence), codes in asked.items()]
