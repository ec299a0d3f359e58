"""The records. The database is the truth; everything else is a doorbell."""

from support.models.accounts import Authenticator, Invitation, StaffSession
from support.models.article import Article, ArticleStatus
from support.models.audit import AuditEvent, AuditHead
from support.models.backoffice import ApiToken, OutgoingEvent, OutgoingState
from support.models.casework import CaseIdentifier, Label, Note, SavedView, SearchToken, SlotEdit, TurnTrace
from support.models.claim import Claim, ClaimEvent, ClaimStatus, Forwarded, Told
from support.models.composing import CannedReply, Macro, PendingReply, StoredFile
from support.models.conversation import Attempt, Author, Conversation, Delivery, Message, Owner
from support.models.customer import Channel, Customer, Identity, MergedIdentity
from support.models.engine import Basis, EngineCall
from support.models.escalation import Escalation, Outcome, Priority, Reason, Status, Stint
from support.models.experiment import Experiment, ExperimentKind, ExperimentOutcome, ExperimentStatus
from support.models.incident import Incident, IncidentCase, Mode, ServiceSwitch
from support.models.keys import IndexKey
from support.models.learning import Lesson, LessonKind, LessonStatus
from support.models.promises import Promised, PromiseEvent, PromiseStep, Satisfaction, ServiceLevel
from support.models.rules import Occasion, Rule, RuleOccasion, RuleRun
from support.models.simulator import SimulatedMedia, SimulatedMessage, SimulatedPhone
from support.models.team import (
    Assignment,
    Availability,
    DeskSettings,
    Holiday,
    Notice,
    NoticeKind,
    OpeningHours,
    TeamMember,
)
from support.models.teams import Team
from support.models.voices import VoiceDeployment, VoicePrice, VoiceProvider, VoiceSwitch, VoiceTier

__all__ = [
    "ApiToken",
    "Article",
    "ArticleStatus",
    "Assignment",
    "Attempt",
    "AuditEvent",
    "AuditHead",
    "Authenticator",
    "Author",
    "Availability",
    "Basis",
    "CannedReply",
    "CaseIdentifier",
    "Channel",
    "Claim",
    "ClaimEvent",
    "ClaimStatus",
    "Conversation",
    "Customer",
    "Delivery",
    "DeskSettings",
    "EngineCall",
    "Escalation",
    "Experiment",
    "ExperimentKind",
    "ExperimentOutcome",
    "ExperimentStatus",
    "Forwarded",
    "Holiday",
    "Identity",
    "Incident",
    "IncidentCase",
    "IndexKey",
    "Invitation",
    "Label",
    "Lesson",
    "LessonKind",
    "LessonStatus",
    "Macro",
    "MergedIdentity",
    "Message",
    "Mode",
    "Note",
    "Notice",
    "NoticeKind",
    "Occasion",
    "OpeningHours",
    "Outcome",
    "OutgoingEvent",
    "OutgoingState",
    "Owner",
    "PendingReply",
    "Priority",
    "PromiseEvent",
    "PromiseStep",
    "Promised",
    "Reason",
    "Rule",
    "RuleOccasion",
    "RuleRun",
    "Satisfaction",
    "SavedView",
    "SearchToken",
    "ServiceLevel",
    "ServiceSwitch",
    "SimulatedMedia",
    "SimulatedMessage",
    "SimulatedPhone",
    "SlotEdit",
    "StaffSession",
    "Status",
    "Stint",
    "StoredFile",
    "Team",
    "TeamMember",
    "Told",
    "TurnTrace",
    "VoiceDeployment",
    "VoicePrice",
    "VoiceProvider",
    "VoiceSwitch",
    "VoiceTier",
]
