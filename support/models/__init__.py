"""The records. The database is the truth; everything else is a doorbell."""

from support.models.article import Article, ArticleStatus
from support.models.audit import AuditEvent, AuditHead
from support.models.backoffice import ApiToken, OutgoingEvent, OutgoingState
from support.models.claim import Claim, ClaimEvent, ClaimStatus, Forwarded, Told
from support.models.conversation import Attempt, Author, Conversation, Delivery, Message, Owner
from support.models.customer import Channel, Customer, Identity
from support.models.engine import Basis, EngineCall
from support.models.escalation import Escalation, Outcome, Priority, Reason
from support.models.experiment import Experiment, ExperimentKind, ExperimentOutcome, ExperimentStatus
from support.models.simulator import SimulatedMedia, SimulatedMessage, SimulatedPhone
from support.models.voices import VoiceDeployment, VoicePrice, VoiceProvider, VoiceSwitch, VoiceTier

__all__ = [
    "ApiToken",
    "Article",
    "ArticleStatus",
    "Attempt",
    "AuditEvent",
    "AuditHead",
    "Author",
    "Basis",
    "Channel",
    "Claim",
    "ClaimEvent",
    "ClaimStatus",
    "Conversation",
    "Customer",
    "Delivery",
    "EngineCall",
    "Escalation",
    "Experiment",
    "ExperimentKind",
    "ExperimentOutcome",
    "ExperimentStatus",
    "Forwarded",
    "Identity",
    "Message",
    "Outcome",
    "OutgoingEvent",
    "OutgoingState",
    "Owner",
    "Priority",
    "Reason",
    "SimulatedMedia",
    "SimulatedMessage",
    "SimulatedPhone",
    "Told",
    "VoiceDeployment",
    "VoicePrice",
    "VoiceProvider",
    "VoiceSwitch",
    "VoiceTier",
]
