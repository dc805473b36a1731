"""What is said of measurable promises: what was set, what was measured, whether it is met."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.language import Caption, Language, caption

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


def promises(promised: pd.DataFrame, say: Language) -> Caption:
    """Around the list of measurable promises with what was measured of them."""
    counts = promised["outcome"].value_counts()
    missed, open_ = int(counts.get("not_met", 0)), int(counts.get("not_measured", 0))
    if promised.empty:
        finding = say("No measure here holds a measurable promise")
    elif missed:
        finding = say.count(
            missed, "{n} of {total} promises is not met", "{n} of {total} promises are not met", total=len(promised)
        )
    elif open_ == len(promised):
        finding = say("No promise has been measured yet")
    elif open_:
        finding = say.count(
            open_,
            "Of {total} promises, {n} is not measured",
            "Of {total} promises, {n} are not measured",
            total=len(promised),
        )
    elif counts.get("met", 0) == len(promised):
        finding = say.count(len(promised), "The one promise is met", "All {n} promises are met")
    else:
        finding = say("No promise is known to be missed, and not all are measured by every unit")
    return caption(
        say,
        key="promises",
        finding=finding,
        record=True,
        note=""
        if promised.empty
        else say("Values of several units are never added; each is what a unit reported itself."),
    )


def promise_rows(promised: pd.DataFrame, say: Language) -> pd.DataFrame:
    """The promises with their target and latest values in words, as their table shows them."""
    return promised.assign(
        target=[target(promise, say) for promise in promised.to_dict("records")],
        actual=[actual(promise, say) for promise in promised.to_dict("records")],
    )


def target(promise: Mapping[Hashable, Any], say: Language) -> str:
    """What a promise sets: ``at most 2 工作日``."""
    quantity, high = (quantity_in_words(promise[name], say) for name in ("quantity", "quantity_high"))
    values = {"quantity": quantity, "high": high, "unit": promise["quantity_unit"]}
    told = {
        "between": say("{quantity} to {high} {unit}", **values),
        "equal": say("{quantity} {unit}", **values),
        "at_most": say("at most {quantity} {unit}", **values),
        "at_least": say("at least {quantity} {unit}", **values),
    }
    # A quantity may have no unit: a count of ports, a rank.
    return told[promise["comparator"]].rstrip()


def actual(promise: Mapping[Hashable, Any], say: Language) -> str:
    """The latest value of each unit that measured; that nobody did where none did."""
    values = (
        say("{unit} {value} ({date})", unit=say.unit(unit), value=quantity_in_words(value, say), date=f"{day:%Y-%m-%d}")
        for unit, value, day in promise["values"]
    )
    return say.listing(values, most=99) or say("not measured")


def quantity_in_words(value: float, say: Language) -> str:
    """A quantity with as many decimals as it was given with."""
    if pd.isna(value):
        return ""
    return say.number(value, max(0, -Decimal(f"{value:.10g}").normalize().as_tuple().exponent))  # type: ignore[operator]
