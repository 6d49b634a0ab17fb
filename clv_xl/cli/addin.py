"""`clv-xl addin`: the functions as an add-in of LibreOffice; built, installed, removed, looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clv_xl import __version__
from clv_xl.catalogue import REGISTRY
from clv_xl.cli.screen import FINDINGS, say, wrong_use
from clv_xl.hosts.libreoffice import names

if TYPE_CHECKING:
    from clv_xl.hosts.libreoffice.deploy import Profile
    from clv_xl.hosts.libreoffice.office import Office

HOSTS = ("libreoffice",)

addin = typer.Typer(
    name="addin",
    help="The functions as an add-in of LibreOffice Calc, on Linux, macOS and Windows.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_Host = Annotated[str, typer.Option(metavar="HOST", help="The program that gets the add-in: libreoffice.")]
_Profile = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FOLDER", help="LibreOffice's user profile, if not the usual one."),
]
_Office = Annotated[
    Path | None, typer.Option("--office", metavar="FOLDER", help="Where LibreOffice is, if it is not found.")
]
_Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]


def _require_known(host: str) -> None:
    if host.lower() not in HOSTS:
        wrong_use(
            f'There is no add-in for "{host}"; choose from: {", ".join(HOSTS)}. Excel needs none: see the README.'
        )


@addin.command()
def build(
    host: _Host = "libreoffice",
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")] = Path(
        names.FILE
    ),
    force: _Force = False,
) -> None:
    """Write the add-in into a file: the same bytes for the same version, from any computer.

    To use it here, `clv-xl addin install` is enough. A file that is installed by hand works where LibreOffice's own
    Python can import clv_xl; `install` also tells it of the Python that has clv_xl.

    Example:

        clv-xl addin build -o clv-xl.oxt
    """
    from clv_xl.builder.files import CannotWrite, write
    from clv_xl.hosts.libreoffice import extension

    _require_known(host)
    try:
        path = write(output, extension.build(REGISTRY, __version__), force)
    except CannotWrite as error:
        wrong_use(error)
    say(f"Wrote {path.resolve()}: {len(REGISTRY)} functions, version {__version__}.")


@addin.command()
def install(host: _Host = "libreoffice", profile: _Profile = None, office: _Office = None) -> None:
    """Install the functions in LibreOffice for you alone, in place of an older version.

    Run it again after a new version of clv_xl, or when the Python that has it moves.

    Example:

        clv-xl addin install
    """
    from clv_xl.hosts.libreoffice import deploy, extension
    from clv_xl.hosts.libreoffice import install as installing

    where = _where(host, profile, office)
    try:
        installing.install(where, extension.build(REGISTRY, __version__))
        found = installing.status(where)
    except (deploy.CannotDeploy, OSError) as error:
        wrong_use(error)
    say(f"Installed clv_xl {__version__} in {where.office.name} ({where.office.program}).")
    say(f"Profile   {where.folder}")
    if where.as_root:
        say("As root   unopkg refuses root, so LibreOffice itself was asked; only this profile has the functions.")
    say(f"Runs      {_answers(found.mode, found.reason, found.python)}")
    _warn_of_path(where.office)
    say(f"Use       start LibreOffice; type =CLV(…), or see the category {extension.CATEGORY} of the function wizard")
    say(f"Undo      clv-xl addin remove{_again(host, profile, office)}")
    if found.mode == "none":
        raise typer.Exit(FINDINGS)


@addin.command()
def remove(host: _Host = "libreoffice", profile: _Profile = None, office: _Office = None) -> None:
    """Take the functions out of LibreOffice again, with their log.

    Example:

        clv-xl addin remove
    """
    from clv_xl.hosts.libreoffice import deploy
    from clv_xl.hosts.libreoffice import install as installing

    where = _where(host, profile, office)
    try:
        gone = installing.remove(where)
    except (deploy.CannotDeploy, OSError) as error:
        wrong_use(error)
    say(f"Removed clv_xl from {where.office.name}." if gone else f"clv_xl is not installed in {where.office.name}.")
    say(f"Profile   {where.folder}")
    if gone:
        say(f"Undo      clv-xl addin install{_again(host, profile, office)}")


@addin.command()
def status(host: _Host = "libreoffice", profile: _Profile = None, office: _Office = None) -> None:
    """Say what is installed in LibreOffice, which Python answers and how. Exits with 1 if something is to be done.

    Example:

        clv-xl addin status
    """
    from clv_xl.hosts.libreoffice import install as installing

    where = _where(host, profile, office)
    found = installing.status(where)
    say(f"Host      {where.office.name} ({where.office.program})")
    say(f"Profile   {where.folder}")
    again = f"clv-xl addin install{_again(host, profile, office)}"
    if not found.version:
        say(f"Functions not installed; run: {again}")
        raise typer.Exit(FINDINGS)
    other = found.version != __version__
    say(f"Functions {found.version}" + (f", this package is {__version__}; run: {again}" if other else ""))
    say(f"Runs      {_answers(found.mode, found.reason, found.python)}")
    say(f"Log       {found.log or 'none yet'}")
    for line in found.last_lines:
        say(f"          {line}")
    _warn_of_path(where.office)
    if other or found.mode not in ("in process", "worker"):
        raise typer.Exit(FINDINGS)


@addin.command()
def fix(
    file: Annotated[Path, typer.Argument(help="An .xlsx workbook that LibreOffice saved.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file; FILE stays as it is.")
    ] = None,
    force: _Force = False,
) -> None:
    """Give a workbook that LibreOffice 7 saved for Excel its functions' names back, which Excel would not know.

    Without -o the file itself is mended, and what it was is kept beside it with .bak at the end of its name.

    Examples:

        clv-xl addin fix model.xlsx

        clv-xl addin fix model.xlsx -o for-excel.xlsx
    """
    from clv_xl.builder.files import CannotWrite, write

    try:
        before = file.read_bytes()
        mended, after = _mended(file)
        if output is not None:
            write(output, after or before, force)
        elif mended:
            write(file.with_name(f"{file.name}.bak"), before, force)
            write(file, after, force=True)
    except CannotWrite as error:
        wrong_use(error)
    except OSError as error:
        wrong_use(f"{file} cannot be read: {error.strerror or error}.")
    say(
        f"{file}: {mended} formulas mended." if mended else f"{file}: every name is as Excel knows it; nothing to mend."
    )
    if output is not None:
        say(f"Wrote {output.resolve()}")
    elif mended:
        say(f"What it was is in {file.name}.bak")


def _mended(file: Path) -> tuple[int, bytes]:
    """How many formulas were mended, and the workbook after that if there were any; the file itself is not touched."""
    import tempfile

    from clv_xl.hosts.libreoffice import repair

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "mended.xlsx"
        try:
            mended = repair.repair(file, target, [function.name for function in REGISTRY])
        except repair.CannotRepair as error:
            wrong_use(error)
        return mended, target.read_bytes() if mended else b""


def _where(host: str, profile: Path | None, office: Path | None) -> Profile:
    """The profile that a command is about."""
    from clv_xl.hosts.libreoffice import deploy
    from clv_xl.hosts.libreoffice.office import NoOffice, find, this_computer

    _require_known(host)
    try:
        found: Office = find(this_computer(), office)
    except NoOffice as error:
        wrong_use(error)
    folder = (profile or found.profile).expanduser().absolute()
    try:
        if folder.exists() and not folder.is_dir():
            wrong_use(f"{folder} is a file; give the folder of a profile.")
        if folder.name == "user" and (folder / "registrymodifications.xcu").exists():
            folder = folder.parent
    except OSError as error:
        wrong_use(f"The profile {folder} cannot be read: {error.strerror}.")
    return deploy.Profile(found, folder, deploy.is_root())


def _answers(mode: str, reason: str, python: str) -> str:
    how = {
        "in process": f"inside LibreOffice, with the packages of {python}",
        "worker": f"in a process of {python}",
        "none": "not at all",
    }.get(mode, "unknown")
    return f"{how}: {reason}" if reason else how


def _warn_of_path(office: Office) -> None:
    if python := office.in_the_way():
        say(
            f"Careful   do not start LibreOffice from this terminal: it would take {python} for its own Python, end at "
            "the first of these functions, and lose what is unsaved. Start it from the menu, or type deactivate first."
        )


def _again(host: str, profile: Path | None, office: Path | None) -> str:
    """The options that the next command needs as well."""
    given = (("--profile", profile), ("--office", office))
    options = [f' {option} "{folder}"' for option, folder in given if folder is not None]
    return (f" --host {host}" if host != HOSTS[0] else "") + "".join(options)
