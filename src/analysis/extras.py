"""What only some need, and install when they do."""

from importlib.util import find_spec


class MissingExtra(ImportError):
    """An optional part of the package is not installed; the message says how to."""


def need(extra: str, *packages: str) -> None:
    """See that what an extra of the package brings is there.

    Parameters
    ----------
    extra : str
        As ``pyproject.toml`` names it.
    *packages : str
        Modules that are about to be imported.

    Raises
    ------
    MissingExtra
        When one of them cannot be found.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise MissingExtra(f"缺少 {'、'.join(missing)}，请先运行：pip install 'portplan[{extra}]'")
