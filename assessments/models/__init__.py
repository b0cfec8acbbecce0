from assessments.models.alignment import OwnRelevance
from assessments.models.contributions import Contribution
from assessments.models.cycles import Cycle, CycleSite, CycleStep
from assessments.models.delegation import Assignment, AssignmentQuestion
from assessments.models.evidence import AnswerEvidence, Evidence
from assessments.models.plans import ActionEvidence, ActionReminder, OwnerCapacity, Plan, PlannedAction
from assessments.models.questionnaires import Action, Component, Dimension, Measure, Question, Questionnaire
from assessments.models.reports import Report
from assessments.models.results import NetworkResult, NetworkScore, PeerGroup, PerceptionGap, Result, Score
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
    "Measure",
    "NetworkResult",
    "NetworkScore",
    "OwnRelevance",
    "OwnerCapacity",
    "PeerGroup",
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
