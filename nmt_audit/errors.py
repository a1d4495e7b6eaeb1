"""What can go wrong in a way that a user can mend.

NmtAuditError
├── InputError        a file that the user gave cannot be read as what it should be
├── ModelError        a model cannot be found or loaded
├── OutputError       a result cannot be written where the user asked for it
├── RequestError      a call asks for something that does not exist (a state, a position, a method)
└── UnknownOperator   relevance reached an operator without a rule
"""

from __future__ import annotations


class NmtAuditError(Exception):
    """One line for the user: what is wrong, where, and what to do about it."""


class InputError(NmtAuditError):
    """A corpus or configuration file is missing, undecodable or ragged."""


class ModelError(NmtAuditError):
    """A model is unknown, incomplete or corrupt."""


class OutputError(NmtAuditError):
    """The output directory holds something else, or cannot be written."""


class RequestError(NmtAuditError):
    """An explanation was asked for that this model or sentence does not have."""


class UnknownOperator(NmtAuditError):
    """Relevance reached an operator that is neither in the table of rules nor known to route.

    Passing it on silently would make a map that looks right and is wrong.
    """
