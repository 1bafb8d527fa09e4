"""A finished fit: what went in, how it was laid out, and what came out; for tables that are made from it on request."""

from dataclasses import dataclass

from .accounts import Accounts
from .atrisk import AtRisk
from .design import Design
from .inputs import Inputs


@dataclass(frozen=True)
class Fit:
    """Prepared tables, likes at risk, their design, and the weighed accounts."""

    inputs: Inputs
    data: AtRisk
    plan: Design
    accounts: Accounts
