"""What needs a hand in a plan's folder, its record and its site: left behind, altered, forgotten, dated ahead."""

from analysis.health.looking import Finding, examine

__all__ = ["Finding", "examine"]
