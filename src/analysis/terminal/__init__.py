"""What a command says and how it ends: what is printed, in which language, exit codes, a run told as it goes on."""

from analysis.terminal.exits import Exit, stop
from analysis.terminal.printing import plain, print_checked, print_problems, print_rules, print_table
from analysis.terminal.speaking import speaking, spoken
from analysis.terminal.understood import opened_plan, to_day
from analysis.terminal.writing import write_all_new

__all__ = [
    "Exit",
    "opened_plan",
    "plain",
    "print_checked",
    "print_problems",
    "print_rules",
    "print_table",
    "speaking",
    "spoken",
    "stop",
    "to_day",
    "write_all_new",
]
