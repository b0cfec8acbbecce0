from assessments.models.cycles import Cycle, CycleSite
from assessments.models.questionnaires import Action, Component, Dimension, Question, Questionnaire
from assessments.models.results import NetworkResult, NetworkScore, PerceptionGap, Result, Score
from assessments.models.submissions import Answer, Submission

__all__ = [
    "Action",
    "Answer",
    "Component",
    "Cycle",
    "CycleSite",
    "Dimension",
    "NetworkResult",
    "NetworkScore",
    "PerceptionGap",
    "Question",
    "Questionnaire",
    "Result",
    "Score",
    "Submission",
]
