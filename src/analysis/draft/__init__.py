"""A reading of a notice → the draft of a plan's folder: what was found in the plan's own columns, what is missing."""

from analysis.draft.folder import BLANK, Draft, draft_of

__all__ = ["BLANK", "Draft", "draft_of"]
