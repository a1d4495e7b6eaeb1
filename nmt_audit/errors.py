"""What can go wrong in a way that a user can mend.

NmtAuditError
├── GateFailed        a rule of a gate is not kept
├── InputError        a file that the user gave cannot be read as what it should be
├── Interrupted       a signal stopped the work; what was finished is kept
├── ModelError        a model cannot be found or loaded
├── NightFailed       a job of a night could not run; the others did
├── OutputError       a result cannot be written where the user asked for it
├── RequestError      a call asks for something that does not exist (a state, a position, a method)
└── UnknownOperator   relevance reached an operator without a rule
"""

from __future__ import annotations


class NmtAuditError(Exception):
    """One line for the user: what is wrong, where, and what to do about it."""


class GateFailed(NmtAuditError):
    """A gate was judged, and a rule of it is not kept; the command ends with exit code 2."""


class InputError(NmtAuditError):
    """A corpus or configuration file is missing, undecodable or ragged."""


class Interrupted(NmtAuditError):
    """Stopped by Ctrl-C or SIGTERM; the command ends with exit code 130 and can be resumed."""


class ModelError(NmtAuditError):
    """A model is unknown, incomplete or corrupt."""


class NightFailed(NmtAuditError):
    """At least one job of a night could not run, or the archive not be made; the others were done."""


class OutputError(NmtAuditError):
    """The output directory holds something else, or cannot be written."""


class RequestError(NmtAuditError):
    """An explanation was asked for that this model or sentence does not have."""


class UnknownOperator(NmtAuditError):
    """Relevance reached an operator that is neither in the table of rules nor known to route.

    Passing it on silently would make a map that looks right and is wrong.
    """
