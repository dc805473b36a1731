"""What is stuck, why, since when, and who must act: the measures that need somebody's attention, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import NO_FEEDBACK, SETTLED, VERIFIED

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

REASONS = ("overdue", "stalled", "contradicted", "silent", "lapsed", "waiting")
"""Why a measure needs attention, gravest first: past its deadline; stuck; closed, and a unit says otherwise; nobody has
ever spoken; a unit owes two periods or more; reported done, and nobody has decided."""

_PAIR = ["measure_id", "unit_id"]
_WORDS = ["problems", "request", "next_step"]


def attention(now: Reading) -> pd.DataFrame:
    """One row a measure that is overdue, stalled, contradicted, silent, lapsed or waiting for a decision.

    Returns
    -------
    pandas.DataFrame
        In the order of `REASONS`, then the oldest first, then in notice order: measure_id, theme_id, state, reason (the
        gravest), reasons (list of all), since (the day from which the gravest holds), unit_ids (list of the units it
        concerns; the measure's own where it concerns all).
    """
    measures = now.measure_states.set_index("measure_id")
    cases = pd.concat(
        [_overdue(now), _stalled(now), _contradicted(now), _unheard(now), _waiting(now)], ignore_index=True
    )
    cases["grade"] = cases["reason"].map({reason: grade for grade, reason in enumerate(REASONS)})
    order = {measure: place for place, measure in enumerate(measures.index)}
    cases["place"] = cases["measure_id"].map(order)
    cases = cases.sort_values(["place", "grade"], ignore_index=True)
    gravest = cases.drop_duplicates("measure_id").copy()
    every = cases.groupby("measure_id")["reason"].agg(list)
    gravest["reasons"] = [every[measure] for measure in gravest["measure_id"]]
    gravest = gravest.sort_values(["grade", "since", "place"], ignore_index=True)
    gravest["theme_id"] = measures["theme_id"].reindex(gravest["measure_id"]).to_numpy()
    gravest["state"] = measures["state"].reindex(gravest["measure_id"]).to_numpy()
    columns = ["measure_id", "theme_id", "state", "reason", "reasons", "since", "unit_ids"]
    return gravest[columns].reset_index(drop=True)


def voices(now: Reading) -> pd.DataFrame:
    """What each unit on a measure says itself: its latest word, and what blocks it.

    A unit that is stalled need not repeat why in each report: the latest problem and request that it named since it
    became so are its own words, until it takes them back by being no longer stalled.

    Returns
    -------
    pandas.DataFrame
        A row a responsibility in force at T, in notice order: measure_id, unit_id, state, mark, as_of, reported_at,
        progress, problems, request, next_step, evidence_ref, expected_completion, since (the day from which it has said
        this without a break; missing where it never spoke), request_periods (in how many reports in a row it has made
        the same request), missing, has_lapsed. Texts are blank where there is none.
    """
    states = now.states.drop(columns=["problems", "request", "next_step"])
    words = now.standing
    keys = [words[key] for key in _PAIR]
    is_other = words["status"].ne(words.groupby(_PAIR)["status"].transform("last"))
    place = pd.Series(range(len(words)), index=words.index)
    broken = place.where(is_other).groupby(keys).transform("max").fillna(-1)
    run = words[place.gt(broken)]
    begun = run.groupby(_PAIR)["as_of"].min().rename("since")
    # What is said of other states stands in the latest word alone.
    latest = words.drop_duplicates(_PAIR, keep="last").set_index(_PAIR)
    stalled = run[run["status"].eq("stalled")]
    told = latest[_WORDS].copy()
    for column in ("problems", "request"):
        named = stalled[stalled[column].ne("")].groupby(_PAIR)[column].last()
        told[column] = told[column].where(told[column].ne(""), named.reindex(told.index)).fillna("")
    told["request_periods"] = _repeats(run, told["request"])
    listed = states.merge(told.join(begun).reset_index(), on=_PAIR, how="left")
    texts = ["progress", *_WORDS, "evidence_ref"]
    listed[texts] = listed[texts].fillna("")
    listed["request_periods"] = listed["request_periods"].fillna(0).astype("int64")
    columns = ["state", "mark", "as_of", "reported_at", *texts, "expected_completion", "since", "request_periods"]
    return listed[[*_PAIR, *columns, "missing", "has_lapsed"]]


def _repeats(run: pd.DataFrame, request: pd.Series) -> pd.Series:
    """In how many reports in a row, up to the latest, each pair has made its request."""
    asked = request.reindex(pd.MultiIndex.from_frame(run[_PAIR])).to_numpy()
    place = pd.Series(range(len(run)), index=run.index)
    other = (
        place.where(run["request"].to_numpy() != asked).groupby([run[key] for key in _PAIR]).transform("max").fillna(-1)
    )
    same = run[place.gt(other) & run["request"].ne("")]
    return same.groupby(_PAIR).size().reindex(request.index, fill_value=0)


def _overdue(now: Reading) -> pd.DataFrame:
    late = now.measure_states[now.measure_states["schedule"].eq("overdue")]
    cases = _cases(now, late["measure_id"], "overdue", late["due"] + pd.Timedelta(days=1))
    # Who says done has done its part.
    still = now.states[now.states["state"].ne("done_reported")].groupby("measure_id")["unit_id"].agg(list)
    cases["unit_ids"] = [still.get(measure, []) for measure in cases["measure_id"]]
    return cases


def _stalled(now: Reading) -> pd.DataFrame:
    measures = now.measure_states.loc[now.measure_states["state"].eq("stalled"), "measure_id"]
    stuck = voices(now)
    stuck = stuck[stuck["state"].eq("stalled") & stuck["measure_id"].isin(measures)]
    grouped = stuck.groupby("measure_id", sort=False).agg(unit_ids=("unit_id", list), since=("since", "min"))
    return grouped.reset_index().assign(reason="stalled")


def _contradicted(now: Reading) -> pd.DataFrame:
    measures = now.measure_states.loc[now.measure_states["is_contradicted"], "measure_id"]
    words = now.states[now.states["measure_id"].isin(measures)]
    against = words[words["state"].isin(["stalled", "not_started", "in_progress"])]
    decided = now.decisions[now.decisions["decision"].isin(VERIFIED)].groupby("measure_id")["effective_on"].max()
    against = against[against["as_of"] > decided.reindex(against["measure_id"]).to_numpy()]
    grouped = against.groupby("measure_id", sort=False).agg(unit_ids=("unit_id", list), since=("as_of", "min"))
    return grouped.reset_index().assign(reason="contradicted")


def _unheard(now: Reading) -> pd.DataFrame:
    """Measures of which nobody has ever spoken, and those of which a unit owes two periods or more."""
    measures = now.measure_states.set_index("measure_id")
    gone = now.feedback[now.feedback["feedback"].eq("missing")]
    # From the end of the first period of which no report came: the day that it fell due may lie beyond T.
    first = gone.groupby(_PAIR)["checked_on"].min().rename("since")
    owing = now.states.join(first, on=_PAIR)
    states = measures["state"].reindex(owing["measure_id"]).to_numpy()
    is_silent = (states == NO_FEEDBACK) & owing["state"].eq(NO_FEEDBACK)
    is_open = ~pd.Series(states, index=owing.index).isin([*SETTLED, NO_FEEDBACK])
    owing["reason"] = is_silent.map({True: "silent", False: "lapsed"})
    kept = owing[is_silent | (is_open & owing["has_lapsed"])]
    grouped = kept.groupby(["measure_id", "reason"], sort=False).agg(unit_ids=("unit_id", list), since=("since", "min"))
    return grouped.reset_index()


def _waiting(now: Reading) -> pd.DataFrame:
    waiting = now.measure_states[now.measure_states["is_waiting"]]
    return _cases(now, waiting["measure_id"], "waiting", waiting["done_on"])


def _cases(now: Reading, measures: pd.Series, reason: str, since: pd.Series) -> pd.DataFrame:
    named = now.responsibilities.drop_duplicates(_PAIR).groupby("measure_id")["unit_id"].agg(list)
    return pd.DataFrame(
        {
            "measure_id": measures.to_numpy(),
            "unit_ids": [named.get(measure, []) for measure in measures],
            "since": since.to_numpy(),
            "reason": reason,
        }
    )
