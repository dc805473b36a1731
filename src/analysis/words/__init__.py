"""What the chapters say, computed from the frames that are shown; with it, what stands at the head of every page."""

from analysis.opening import KeyFigure, Opening, judgement, opening
from analysis.words import coverage, outlook, promises, trend, workload

__all__ = ["KeyFigure", "Opening", "coverage", "judgement", "opening", "outlook", "promises", "trend", "workload"]
