"""What a command says and how it ends: what is printed, in which language, the options of all, exit codes."""

from analysis.terminal.exits import Exit, stop
from analysis.terminal.printing import plain, print_checked, print_problems, print_rules, print_table
from analysis.terminal.speaking import speaking, spoken
from analysis.terminal.writing import write_all_new

__all__ = [
    "Exit",
    "plain",
    "print_checked",
    "print_problems",
    "print_rules",
    "print_table",
    "speaking",
    "spoken",
    "stop",
    "write_all_new",
]
