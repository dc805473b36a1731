"""A drawing as matplotlib writes it → the same in fewer bytes.

Nothing that is seen changes by more than a twentieth of a point: coordinates have one decimal, paths go by steps, what
looks the same is said once for all that follow each other, and what is not seen is left out.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_UNTURNED = re.compile(r"rotate\(-?0(?: [^)]*)?\)")
_PLACED = re.compile(r"translate\(([^ )]+) ([^ )]+)\)")
_RECTANGLE = re.compile(r"M[^a-zA-Z]*(?:h[^a-zA-Z]*v[^a-zA-Z]*h|v[^a-zA-Z]*h[^a-zA-Z]*v)[^a-zA-Z]*z")
_SIZES = {"M": 2, "L": 2, "Q": 4, "C": 6}


def slim(drawing: ElementTree.Element, *, prefix: str) -> None:
    """Rewrite a drawing in place; ids that something refers to become `prefix` with a number."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            # The rule in it is for every element of the page it stands in; what it says is said below.
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    drawing.set("style", "stroke-linejoin:round")
    drawing.attrib.pop("version", None)
    _name_again(drawing, prefix)
    for element in drawing.iter():
        element.tail = None
        if element.tag != f"{SVG}text" and element.text and not element.text.strip():
            element.text = None
        _round(element)
    _gather(drawing)


def _is_unseen(element: ElementTree.Element) -> bool:
    """Whether an element paints nothing, as the empty ground of a figure does, or is an empty group."""
    if element.tag in (f"{SVG}g", f"{SVG}defs"):
        return len(element) == 0
    return element.tag == f"{SVG}path" and element.get("style") == "fill:none"


def _name_again(drawing: ElementTree.Element, prefix: str) -> None:
    elements = list(drawing.iter())
    for element in elements:
        if _LINK in element.attrib:
            element.set("href", element.attrib.pop(_LINK))
    referred = {element.get("href", "#")[1:] for element in elements}
    referred |= {
        name for element in elements for value in element.attrib.values() for name in _REFERENCE.findall(value)
    }
    known = [identity for element in elements if (identity := element.get("id")) and identity in referred]
    names = {identity: f"{prefix}{place}" for place, identity in enumerate(dict.fromkeys(known))}
    for element in elements:
        identity = element.attrib.pop("id", "")
        if identity in names:
            element.set("id", names[identity])
        elif identity.startswith("QuadMesh"):
            # Cells lie side by side: those of one colour can be drawn together.
            element[:] = sorted(element, key=lambda cell: cell.get("style", ""))
        for attribute, value in element.attrib.items():
            if attribute == "href":
                element.set("href", f"#{names.get(value[1:], value[1:])}")
            elif "url(" in value:
                element.set(attribute, _REFERENCE.sub(lambda found: f"url(#{names.get(found[1], found[1])})", value))


def _round(element: ElementTree.Element) -> None:
    given = element.attrib
    for name in ("x", "y", "width", "height", "transform", "points", "style"):
        if name in given and element.tag != f"{SVG}svg":
            given[name] = _LONG_NUMBER.sub(lambda found: _number(round(float(found[0]) * 10)), given[name])
    if "d" in given:
        given["d"] = _by_steps(given["d"])
    if "style" in given:
        given["style"] = re.sub(r"\s*([:;,])\s*", r"\1", re.sub(r"\s+", " ", given["style"])).strip(" ;")
        if not given["style"]:
            del given["style"]
    if "transform" in given:
        turned = _UNTURNED.sub("", given["transform"]).strip()
        if (placed := _PLACED.fullmatch(turned)) and element.tag == f"{SVG}text":
            given |= {"x": placed[1], "y": placed[2]}
            turned = ""
        given["transform"] = turned
        if not turned:
            del given["transform"]


def _number(tenths: int) -> str:
    whole, part = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole or '' if part else whole}{f'.{part}' if part else ''}"


def _by_steps(path: str) -> str:
    """A path in tenths, each point by its step from the last; as it is where it holds another command than these."""
    written, here, start = [], (0, 0), (0, 0)
    for command, rest in _COMMAND.findall(path):
        numbers = [round(float(number) * 10) for number in rest.split()]
        if command in "zZ":
            written.append("z")
            here = start
            continue
        if command not in _SIZES or not numbers or len(numbers) % _SIZES[command]:
            return path
        for place in range(0, len(numbers), _SIZES[command]):
            steps = numbers[place : place + _SIZES[command]]
            end = (steps[-2], steps[-1])
            if command == "M":
                written.append(f"M{_joined(steps)}")
                start = end
            else:
                written.append(_step(command, [step - here[at % 2] for at, step in enumerate(steps)]))
            here = end
    # A line back to where the path began is what closing it draws.
    return re.sub(r"(?<=z)(?:h0|v0)|(?:h0|v0)(?=z)", "", "".join(written))


def _step(command: str, steps: list[int]) -> str:
    if command == "L" and not steps[1]:
        return f"h{_number(steps[0])}"
    if command == "L" and not steps[0]:
        return f"v{_number(steps[1])}"
    return f"{command.lower()}{_joined(steps)}"


def _joined(tenths: Iterable[int]) -> str:
    return " ".join(map(_number, tenths)).replace(" -", "-")


def _gather(element: ElementTree.Element) -> None:
    """Put what groups that say nothing hold in their place, and say once what neighbours share."""
    children: list[ElementTree.Element] = []
    for child in element:
        _gather(child)
        if _is_unseen(child):
            continue
        children.extend(child if child.tag == f"{SVG}g" and not child.attrib else [child])
    if element.tag not in (f"{SVG}svg", f"{SVG}g"):
        return
    element[:] = list(_together(_merged(children)))


def _merged(children: Iterable[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """Neighbouring groups of the same kind as one, neighbouring paths of the same look as one."""
    last: ElementTree.Element | None = None
    for child in children:
        if last is not None and _are_alike(last, child):
            if child.tag == f"{SVG}g":
                last[:] = list(_merged([*last, *child]))
            else:
                last.set("d", last.get("d", "") + child.get("d", ""))
            continue
        if last is not None:
            yield last
        last = child
    if last is not None:
        yield last


def _are_alike(one: ElementTree.Element, other: ElementTree.Element) -> bool:
    if one.tag != other.tag or "id" in one.attrib or _but(one, "d") != _but(other, "d"):
        return False
    if one.tag == f"{SVG}g":
        return True
    # Of shapes that are filled only rectangles that lie side by side are one, which those of one look in a figure do.
    drawn = "fill:none" in one.get("style", "") or all(
        _RECTANGLE.fullmatch(part + "z") for path in (one, other) for part in path.get("d", "").split("z")[:-1]
    )
    return one.tag == f"{SVG}path" and drawn and "opacity" not in one.get("style", "")


def _together(children: Iterable[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """Neighbours of one look in a group that says it once."""
    for (look, clip), run in groupby(children, key=_look):
        members = list(run)
        if len(members) < 2 or not look + clip:
            yield from members
            continue
        group = ElementTree.Element(
            f"{SVG}g", {name: said for name, said in (("style", look), ("clip-path", clip)) if said}
        )
        for member in members:
            for name in group.attrib:
                member.attrib.pop(name, None)
        group[:] = members
        yield group


def _look(element: ElementTree.Element) -> tuple[str, str]:
    style = "" if "opacity" in element.get("style", "") or element.tag == f"{SVG}defs" else element.get("style", "")
    # A clip is meant in the place that a transform has moved to.
    return style, "" if "transform" in element.attrib else element.get("clip-path", "")


def _but(element: ElementTree.Element, left_out: str) -> dict[str, str]:
    return {name: value for name, value in element.attrib.items() if name != left_out}
