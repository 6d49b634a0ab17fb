"""Installing, using and removing the add-in in real profiles, and what commands say when it cannot be done."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import venv
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import clv_xl
from clv_xl.catalogue import REGISTRY
from clv_xl.cli import app
from clv_xl.hosts.libreoffice import deploy, extension, install, names
from clv_xl.hosts.libreoffice.office import Office, find, this_computer

DRIVER = Path(__file__).with_name("wizard_driver.py")
NOBODY = 65534
FINANCIAL = 3


@pytest.fixture(scope="module")
def office_here(soffice: str, office_python: str) -> Office:
    return find(this_computer(), Path(soffice).resolve().parent)


def as_nobody(command: Sequence[str | Path], environment: dict[str, str] | None) -> tuple[int, str]:
    """Run a program as the user nobody, who may read the extension that is to be installed."""
    for argument in command:
        if str(argument).endswith(names.FILE):
            Path(argument).parent.chmod(0o755)
    drop = [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "env",
        f"--chdir={tempfile.gettempdir()}",  # LibreOffice waits for ever in a folder that it may not enter
        f"HOME={tempfile.gettempdir()}",
    ]
    return deploy.run([*drop, *command], environment)


@pytest.fixture(scope="module", params=["unopkg", "LibreOffice itself"])
def profile(request: Any, office_here: Office) -> Iterator[deploy.Profile]:
    """A profile in a folder with a space and letters that are not English, worked on in either way."""
    by_unopkg = request.param == "unopkg"
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "Prüf profil"
        if by_unopkg and deploy.is_root():
            if shutil.which("setpriv") is None:
                pytest.skip("unopkg does not work for root, and setpriv, which makes another user of us, is not there")
            os.chown(outer, NOBODY, NOBODY)
            yield deploy.Profile(office_here, folder, False, as_nobody)
        else:
            yield deploy.Profile(office_here, folder, not by_unopkg)


@pytest.fixture(scope="module")
def use(office_here: Office, office_python: str) -> Callable[[deploy.Profile], dict[str, Any]]:
    """Start LibreOffice on a profile, look into its function wizard, calculate a formula, end it."""

    def look(profile: deploy.Profile) -> dict[str, Any]:
        wanted = [function.name for function in REGISTRY]
        start = [office_python, DRIVER, office_here.soffice, profile.folder.as_uri(), *wanted]
        if profile.run is as_nobody:  # whose LibreOffice must see the driver
            start[1] = Path(shutil.copy(DRIVER, profile.folder.parent))
            start[1].chmod(0o644)
        code, said = profile.run(start, office_here.environment())
        assert code == 0, said
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer

    return look


def traces(profile: deploy.Profile) -> dict[str, Any]:
    """Everything that could stay behind: settings, extensions and what they registered, and files named as ours are.

    Left out are LibreOffice's own caches, which it changes by itself: the log of its package manager, its databases of
    components (.rdb, where freed blocks keep old bytes), and fonts and thumbnails.
    """
    settings = ET.parse(profile.user / "registrymodifications.xcu").getroot()
    paths = {path: path.relative_to(profile.folder) for path in profile.folder.rglob("*")}
    lists = [p for p in paths if p.name in ("backenddb.xml", "configmgr.ini", "unorc", "uno_packages.pmap")]
    ours = re.compile(r"clv.?xl|customervalue", re.IGNORECASE)
    return {
        "settings": sorted(ET.tostring(item) for item in settings),
        "extensions": list(profile._registered()),
        "registered": sorted(str(paths[p]) for p in lists if ours.search(p.read_text(errors="replace"))),
        "files": sorted(str(path) for path in paths.values() if ours.search(str(path))),
        "folders": sorted(p.name for p in profile.user.iterdir()),
    }


def test_a_profile_is_after_it_all_as_it_was_before(profile: deploy.Profile, use: Any) -> None:
    assert use(profile)["shows"] == "#NAME?"
    before = traces(profile)
    assert before["files"] == []

    older = extension.build(REGISTRY, "0.0.1")
    install.install(profile, older)
    folder = install.install(profile, extension.build(REGISTRY, clv_xl.__version__))
    assert folder.name == names.FILE
    assert json.loads((folder / names.PYTHON_FILE).read_text())["python"] == sys.executable
    assert install.status(profile).version == clv_xl.__version__
    assert traces(profile)["registered"]
    check_wizard(use(profile))

    assert install.remove(profile)
    assert traces(profile)["files"] == []
    assert use(profile) == {"wizard": {}, "german": {}, "shows": "#NAME?"}
    assert traces(profile) == before
    assert install.status(profile).version == ""
    assert not install.remove(profile)


def check_wizard(used: dict[str, Any]) -> None:
    """The function wizard says what the registry says."""
    assert set(used["wizard"]) == {function.name for function in REGISTRY}
    for function in REGISTRY:
        entry = used["wizard"][function.name]
        assert entry["summary"] == function.summary
        assert entry["category"] == FINANCIAL
        assert [tuple(shown) for shown in entry["arguments"]] == [
            (a.name.replace("_", " "), f"Required. {a.help}" if a.required else a.help) for a in function.arguments
        ]
        assert used["german"][names.method(function.name)] == function.name


def test_what_the_installed_functions_answer(office_here: Office, office_python: str, use: Any, tmp_path: Path) -> None:
    """And that the status says who does, also when nobody does any more."""
    profile = deploy.Profile(office_here, tmp_path / "profile", as_root=True)
    folder = install.install(profile, extension.build(REGISTRY, clv_xl.__version__))
    assert install.status(profile).mode in ("in process", "worker")
    assert use(profile)["shows"] == "400"
    told = json.loads((folder / names.PYTHON_FILE).read_text())
    (folder / names.PYTHON_FILE).write_text(json.dumps({**told, "abi": "other"}))
    status = install.status(profile)
    assert (status.mode, status.python) == ("worker", sys.executable)
    assert "other" in status.reason
    assert use(profile)["shows"] == "400"
    status = install.status(profile)
    assert status.log == profile.user / names.LOG_FILE
    assert any("worker" in line for line in status.last_lines)
    for python, why in ((office_python, "does not load clv_xl any more"), (str(tmp_path / "gone"), "is gone")):
        moved = {"python": python, "abi": "other", "paths": []}
        (folder / names.PYTHON_FILE).write_text(json.dumps(moved))
        status = install.status(profile)
        assert (status.mode, why in status.reason) == ("none", True)
    (folder / names.PYTHON_FILE).unlink()
    assert install.status(profile).mode == "none"


def command(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["addin", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_commands_one_after_the_other(office_here: Office, tmp_path: Path) -> None:
    given = ["--profile", str(tmp_path / "mein Profil ä"), "--office", str(office_here.program)]
    code, said, _ = command("status", *given)
    assert code == 1
    assert f'not installed; run: clv-xl addin install --profile "{given[1]}" --office "{given[3]}"' in said
    code, said, wrong = command("install", *given)
    assert code == 0, wrong
    assert f"Installed clv_xl {clv_xl.__version__} in LibreOffice" in said
    assert f'Undo      clv-xl addin remove --profile "{given[1]}"' in said
    assert ("As root" in said) == deploy.is_root()
    code, said, _ = command("status", *given)
    assert code == 0
    assert re.search(r"Runs +(inside LibreOffice|in a process of)", said)
    assert command("remove", *given)[:2] == (0, command_said(office_here, given[1]))
    assert "is not installed" in command("remove", *given)[1]


def command_said(office: Office, folder: str) -> str:
    return (
        f"Removed clv_xl from {office.name}.\nProfile   {folder}\n"
        f'Undo      clv-xl addin install --profile "{folder}" --office "{office.program}"\n'
    )


@pytest.fixture
def pretended(tmp_path: Path) -> deploy.Profile:
    """A profile of a LibreOffice that is not there."""
    program = tmp_path / "program"
    office = Office(program, program / "soffice", program / "unopkg", "24.8", tmp_path / "usual", (), True)
    return deploy.Profile(office, tmp_path / "profile", False, lambda command, environment: (0, ""))


def test_while_libreoffice_runs_nothing_is_done(pretended: deploy.Profile) -> None:
    pretended.folder.mkdir()
    (pretended.folder / ".lock").touch()
    with pytest.raises(deploy.CannotDeploy, match=r"is running\. Close all its windows"):
        install.install(pretended, b"")


def test_a_libreoffice_without_python(pretended: deploy.Profile) -> None:
    without = replace(pretended, office=replace(pretended.office, runs_python=False))
    with pytest.raises(deploy.CannotDeploy, match="python3-uno"):
        install.install(without, b"")


def test_root_without_a_python_to_ask(pretended: deploy.Profile) -> None:
    with pytest.raises(deploy.CannotDeploy, match="does not work for root"):
        install.install(replace(pretended, as_root=True), b"")


@pytest.mark.skipif(not deploy.is_root(), reason="only root can work on another user's profile")
def test_root_leaves_other_users_profiles_alone(pretended: deploy.Profile) -> None:
    pretended.folder.mkdir()
    os.chown(pretended.folder, NOBODY, NOBODY)
    with pytest.raises(deploy.CannotDeploy, match=r"belongs to the user nobody; run this command as that user"):
        install.install(replace(pretended, as_root=True), b"")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("\nERROR: Exception occurred: it is raining\n\nERROR: unopkg failed.", "refused the extension: .*raining$"),
        ("Warning: failed to launch javaldx", "does not say why"),
        ("ERROR: cannot get com.sun.star.loader.Python", "lacks the part that runs Python"),
    ],
)
def test_what_libreoffice_says_is_passed_on(pretended: deploy.Profile, said: str, sentence: str) -> None:
    failing = replace(pretended, run=lambda command, environment: (1, said))
    with pytest.raises(deploy.CannotDeploy, match=sentence):
        install.install(failing, b"")


def test_an_extension_that_is_not_listed_afterwards(pretended: deploy.Profile) -> None:
    with pytest.raises(deploy.CannotDeploy, match="does not list it"):
        install.install(pretended, b"")


def test_a_program_that_leaves_another_behind_does_not_hold_us_up() -> None:
    code, said = deploy.run([sys.executable, "-c", "import subprocess as s; s.Popen(['sleep', '50']); print('done')"])
    assert (code, said) == (0, "done")


def test_a_virtual_environment_does_not_reach_libreoffice(
    office_here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where LibreOffice uses the system's Python, an activated environment would lead that astray."""
    python = office_here.python()
    assert python is not None
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    active = tmp_path / "venv" / "bin"
    monkeypatch.setenv("PATH", os.pathsep.join([str(active), str(python.parent)]))
    monkeypatch.setenv("VIRTUAL_ENV", str(active.parent))
    own = office_here.program in python.parents or not sys.platform.startswith("linux")
    assert office_here.in_the_way() == ("" if own else str(active / "python3"))
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    assert office_here.environment()["PATH"].split(os.pathsep)[0] == str(python.parent)
    assert not {"PYTHONHOME", "VIRTUAL_ENV"} & set(office_here.environment())


def test_a_python_that_does_not_mislead_libreoffice_is_not_warned_of(
    office_here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = office_here.python()
    assert python is not None
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")  # as a version manager's stand-in
    (tmp_path / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), str(python.parent)]))
    assert office_here.in_the_way() == ""


@pytest.mark.parametrize("verb", ["install", "remove", "status"])
def test_a_profile_that_cannot_be_read_gets_a_sentence(
    office_here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    secret, exists = tmp_path / "secret", Path.exists

    def refuses(path: Path) -> bool:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return exists(path)

    monkeypatch.setattr(Path, "exists", refuses)
    code, _, wrong = command(verb, "--profile", str(secret), "--office", str(office_here.program))
    assert (code, wrong) == (2, f"clv-xl: The profile {secret} cannot be read: Permission denied.\n")


@pytest.mark.parametrize("verb", ["install", "remove", "status", "build"])
def test_another_host_gets_a_sentence(verb: str) -> None:
    code, _, wrong = command(verb, "--host", "excel")
    assert code == 2
    assert 'There is no add-in for "excel"; choose from: libreoffice.' in wrong


def test_a_wrong_folder_gets_a_sentence(tmp_path: Path) -> None:
    code, _, wrong = command("status", "--office", str(tmp_path))
    assert (code, "There is no LibreOffice in" in wrong) == (2, True)


def test_the_file_is_written_once_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "a.oxt"
    code, said, _ = command("build", "--host", "libreoffice", "-o", str(file))
    assert code == 0
    assert f"{len(REGISTRY)} functions, version {clv_xl.__version__}" in said
    assert file.read_bytes() == extension.build(REGISTRY, clv_xl.__version__)
    code, _, wrong = command("build", "-o", str(file))
    assert (code, "exists already; use --force" in wrong) == (2, True)
    assert command("build", "-o", str(file), "--force")[0] == 0


def workbook(path: Path, formula: str) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"] = formula
    book.save(path)
    return path


def test_fixing_a_workbook_keeps_what_it_was(tmp_path: Path) -> None:
    file = workbook(tmp_path / "m.xlsx", f"={names.programmatic('CAC')}(50000,1000)")
    before = file.read_bytes()
    code, said, _ = command("fix", str(file))
    assert (code, "1 formulas mended" in said) == (0, True)
    assert (tmp_path / "m.xlsx.bak").read_bytes() == before
    assert file.read_bytes() != before
    assert "nothing to mend" in command("fix", str(file))[1]
    file.write_bytes(before)
    code, _, wrong = command("fix", str(file))
    assert (code, "m.xlsx.bak exists already" in wrong) == (2, True)
    assert file.read_bytes() == before


def test_fixing_into_another_file(tmp_path: Path) -> None:
    file = workbook(tmp_path / "m.xlsx", f"={names.programmatic('CAC')}(50000,1000)")
    before, other = file.read_bytes(), tmp_path / "other.xlsx"
    assert command("fix", str(file), "-o", str(other))[0] == 0
    assert file.read_bytes() == before
    assert other.read_bytes() != before
    assert command("fix", str(file), "-o", str(other))[0] == 2
    plain = workbook(tmp_path / "plain.xlsx", "=1+1")
    assert command("fix", str(plain), "-o", str(other), "--force")[0] == 0
    assert other.read_bytes() == plain.read_bytes()
    assert not (tmp_path / "m.xlsx.bak").exists()


def test_fixing_what_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("no")
    code, _, wrong = command("fix", str(tmp_path / "x.xlsx"))
    assert (code, "not an" in wrong) == (2, True)
    code, _, wrong = command("fix", str(tmp_path / "nowhere.xlsx"))
    assert (code, "cannot be read" in wrong) == (2, True)
