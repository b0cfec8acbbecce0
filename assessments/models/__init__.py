from assessments.models.alignment import OwnRelevance
from assessments.models.contributions import Contribution
from assessments.models.cycles import Cycle, CycleSite, CycleStep
from assessments.models.delegation import Assignment, AssignmentQuestion
from assessments.models.evidence import AnswerEvidence, Evidence
from assessments.models.plans import ActionEvidence, ActionReminder, OwnerCapacity, Plan, PlannedAction
from assessments.models.questionnaires import Action, Component, Dimension, Question, Questionnaire
from assessments.models.reports import Report
from assessments.models.results import NetworkResult, NetworkScore, PerceptionGap, Result, Score
from assessments.models.submissions import Answer, Remark, StandIn, Submission

__all__ = [
    "Action",
    "ActionEvidence",
    "ActionReminder",
    "Answer",
    "AnswerEvidence",
    "Assignment",
    "AssignmentQuestion",
    "Component",
    "Contribution",
    "Cycle",
    "CycleSite",
    "CycleStep",
    "Dimension",
    "Evidence",
    "NetworkResult",
    "NetworkScore",
    "OwnRelevance",
    "OwnerCapacity",
    "PerceptionGap",
    "Plan",
    "PlannedAction",
    "Question",
    "Questionnaire",
    "Remark",
    "Report",
    "Result",
    "Score",
    "StandIn",
    "Submission",
]
