"""Asks Playhead: every question of its API, typed from its OpenAPI document.

:func:`connect` makes a client; the calls are in :mod:`playhead_client.api`, the shapes in :mod:`playhead_client.models`.
"""

from .asking import Playhead, PlayheadError, answer, connect, pages
from .client import AuthenticatedClient, Client
from .types import UNSET, Unset

__all__ = (
    "UNSET",
    "AuthenticatedClient",
    "Client",
    "Playhead",
    "PlayheadError",
    "Unset",
    "answer",
    "connect",
    "pages",
)
