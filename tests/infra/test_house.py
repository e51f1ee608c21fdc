"""How the house is built, beyond what the import contracts of pyproject.toml can say. Each rule is
shown to notice a breach."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from medaid.aws.settings import TABLES
from medaid.local import template
from medaid.local.places import FUNCTIONS, PACKAGE, ROOT, TEMPLATE

Rule = Callable[[str, str], list[str]]
"""Takes a file's path from the root and its text, answers what is wrong in it."""

LONGEST_FILE = 300
LONGEST_DOOR = 60
STORAGE = re.compile(r"^src/medaid/(\w+/(\w+/)?store(\.py|/\w+\.py)|aws/\w+\.py)$")
STREAMED = "src/medaid/aws/dropped.py"
"""Reads dropped files of any size as a stream, so it meets S3's own errors."""
SHARED = {"aws", "local", "calendar", "dropped"}
"""Folders that are no package of a capability: what is common to all, the tools of one machine,
data, and the reader of dropped tables, which lies below everybody."""
PACKAGES = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - SHARED
OPEN = {"service", "model"}
"""How packages meet."""
ALSO_OPEN: dict[str, set[str]] = {
    "policy": {"vocabulary", "compare"},  # the words of its model; the officer's comparison
    "people": {"intake", "manifest", "enrolments"},  # of dropped files; of enrolment's own acts
    "enrolment": {"tax_lists"},  # use cases of dropped files
    "fund": {
        "posting",  # the part of its service that the counter's cold start can afford
        "finance",
        "reconciliation",
        "finance_files",  # use cases of files that finance drops
        "rollups",
        "sealing",
        "seals",
    },
    "payments": {"reports"},  # use cases of dropped answers
}
"""What belongs to a package's service or model by another name."""
MOUNTED = {"api", "jobs", "wiring"}
"""What functions put together, and only they."""
PURE = re.compile(r"^src/medaid/(\w+/(\w+/)?(model(/\w+)?|rules)\.py|benefit/\w+\.py)$")


_WORDS_GONE = re.compile(
    r"\b([Dd]oors?|[Rr]ooms?|Purse|PolicySilent|Patience|Contended|Outlook|Rung|climbed|hand_on"
    r"|ask_material|let_go|came_back|Standing|standings|Carried|Picture|Repeats|Prior)\b"
)


def imported(text: str) -> Iterator[str]:
    """Each module that `text` imports, with the name where a name is taken from it:
    `medaid.fund.service`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def doors_stay_small_and_call_services(path: str, text: str) -> list[str]:
    if not re.fullmatch(r"functions/\w+/\w+\.py", path):
        return []
    wrong = [] if len(text.splitlines()) < LONGEST_DOOR else [f"{len(text.splitlines())} lines"]
    for module in imported(text):
        if not _meets(module, OPEN | MOUNTED):
            wrong.append(module)
        if module.split(".")[0] in ("pynamodb", "boto3", "botocore"):
            wrong.append(module)
    return wrong


def _meets(module: str, open_to: set[str]) -> bool:
    """Whether an imported name of a package is one of those through which packages meet; a package
    within a package (clearing.hospital) has a service and a model of its own."""
    parts = module.split(".")
    if parts[0] != "medaid" or len(parts) < 3 or parts[1] not in PACKAGES:
        return True
    return bool({*parts[2:4]} & open_to) or parts[2] in ALSO_OPEN.get(parts[1], ())


def packages_meet_through_service_and_model(path: str, text: str) -> list[str]:
    parts = path.split("/")
    if parts[:2] != ["src", "medaid"] or len(parts) < 4 or parts[2] not in PACKAGES:
        return []
    return [
        module
        for module in imported(text)
        if not module.startswith(f"medaid.{parts[2]}.") and not _meets(module, OPEN)
    ]


def storage_is_met_in_stores_only(path: str, text: str) -> list[str]:
    if (
        STORAGE.match(path)
        or path == STREAMED
        or not path.startswith(("src/medaid/", "functions/"))
        or path.startswith("src/medaid/local/")
    ):
        return []
    return [
        module
        for module in imported(text)
        if module.split(".")[0] in ("pynamodb", "boto3", "botocore")
    ]


def files_stay_readable(path: str, text: str) -> list[str]:
    return (
        [f"{len(text.splitlines())} lines"]
        if path.startswith(("src/", "functions/")) and len(text.splitlines()) > LONGEST_FILE
        else []
    )


def money_meets_no_binary_fraction(path: str, text: str) -> list[str]:
    if not PURE.match(path):
        return []
    nodes = list(ast.walk(ast.parse(text)))
    literals = [
        f"line {n.lineno}: {n.value}"
        for n in nodes
        if isinstance(n, ast.Constant) and isinstance(n.value, float)
    ]
    return literals + [
        f"line {n.lineno}: float"
        for n in nodes
        if isinstance(n, ast.Name)
        and n.id == "float"
        and isinstance(n.ctx, ast.Load)
        and not _only_refused(nodes, n)
    ]


def _only_refused(nodes: list[ast.AST], name: ast.Name) -> bool:
    """Whether `float` stands in an isinstance test, which refuses it."""
    calls = [
        n
        for n in nodes
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "isinstance"
    ]
    return any(name in ast.walk(call) for call in calls)


def surroundings_are_read_in_one_place(path: str, text: str) -> list[str]:
    """What the environment says is read by medaid.aws.settings; the tools of one machine, which
    start processes, read theirs themselves."""
    if path == "src/medaid/aws/settings.py" or path.startswith(("src/medaid/local/", "tests/")):
        return []
    return re.findall(r"os\.(?:environ|getenv).*", text) if path.endswith(".py") else []


def words_mean_one_thing(path: str, text: str) -> list[str]:
    """What had two words, or a word of its own, has the field's: handler and package, and the names
    of the regulation."""
    return sorted(set(_WORDS_GONE.findall(text)))


def two_people_are_held_apart_in_one_place(path: str, text: str) -> list[str]:
    """That the second of two is another person is asked by `check_second`; manual cases ask for all
    who acted, whom procedure.toml holds apart by act."""
    asked_in = ("src/medaid/payments/model/office.py", "src/medaid/reimbursement/service/acting.py")
    return [] if path in asked_in else re.findall(r"is_one_hand_with\(.*", text)


def states_are_told_in_words(path: str, text: str) -> list[str]:
    """What people read names a state as the office does, and not by its code."""
    return re.findall(r'f"[^"\n]*[\u4e00-\u9fff][^"\n]*\{\w+\.state\}.*', text)


def lines_of_a_trail_are_written_in_one_place(path: str, text: str) -> list[str]:
    if path == "src/medaid/payments/model/office.py":
        return []
    return re.findall(r"\{beijing_text\(\w+\)\} \{\w+\}.*", text)


def values_never_change(path: str, text: str) -> list[str]:
    """Values of a model and of rules are frozen; the simulation's arrays alone are filled in."""
    pure = re.fullmatch(r"src/medaid/(?!simulate/).*(/model/\w+|/model|/\w*rules)\.py", path)
    return re.findall(r"^@dataclass(?!\(frozen=True).*", text, re.MULTILINE) if pure else []


_SAID_ELSEWHERE = re.compile(
    r"/(keys|shapes|shown|bodies|pages|printed|\w*api)\.py$|/api/|^src/medaid/local/|^functions/"
)
"""Keys stand in the list of access patterns, routes and what they send and get in Chinese words in
their table and in docs/openapi.json; tools of one machine are described by their help."""


def public_names_say_what_they_are(path: str, text: str) -> list[str]:
    """Each public class and function of a module has a docstring: what it is, in which units, and
    what it raises."""
    if _SAID_ELSEWHERE.search(path):
        return []
    return [
        f"line {node.lineno}: {node.name}"
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any("ROUTES" in ast.unparse(one) for one in node.decorator_list)
    ]


def layer() -> set[str]:
    """Top-level modules that the layer brings: its pins, by the names under which they are
    imported."""
    pins = re.findall(
        r"^([\w.\-]+)==",
        (ROOT / "requirements" / "layer.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {pin.replace("-", "_").lower() for pin in pins}


def only_what_the_layer_holds_is_imported(path: str, text: str) -> list[str]:
    """The local cloud's interpreter has every package of this checkout: what the layer lacks would
    be missed only on AWS."""
    if path.startswith(("src/medaid/local/", "src/medaid/simulate/")):
        return []
    known = layer() | set(sys.stdlib_module_names) | {"medaid"}
    return [module for module in imported(text) if module.split(".")[0] not in known]


CODE_RULES: list[tuple[Rule, str, str]] = [
    (
        doors_stay_small_and_call_services,
        "functions/x/handler.py",
        "from medaid.people import store\n",
    ),
    (doors_stay_small_and_call_services, "functions/x/handler.py", "import boto3\n"),
    (
        packages_meet_through_service_and_model,
        "src/medaid/settlement/settling.py",
        "from medaid.fund.store import entries\n",
    ),
    (
        packages_meet_through_service_and_model,
        "src/medaid/reimbursement/pricing.py",
        "from medaid.settlement import rules\n",
    ),
    (
        packages_meet_through_service_and_model,
        "src/medaid/settlement/statements.py",
        "from medaid.clearing.hospital import agreeing\n",
    ),
    (doors_stay_small_and_call_services, "functions/x/handler.py", "\n" * 60),
    (
        storage_is_met_in_stores_only,
        "src/medaid/people/service.py",
        "from pynamodb.models import Model\n",
    ),
    (storage_is_met_in_stores_only, "src/medaid/fund/rules.py", "import boto3\n"),
    (only_what_the_layer_holds_is_imported, "functions/x/handler.py", "import httpx\n"),
    (
        only_what_the_layer_holds_is_imported,
        "src/medaid/people/service.py",
        "def f():\n    from rich.console import Console\n",
    ),
    (files_stay_readable, "src/medaid/money.py", "\n" * 301),
    (values_never_change, "src/medaid/fund/model/chart.py", "@dataclass(slots=True)\n"),
    (values_never_change, "src/medaid/people/rules.py", "@dataclass\n"),
    (
        public_names_say_what_they_are,
        "src/medaid/fund/rules.py",
        "def net() -> int:\n    return 1\n",
    ),
    (public_names_say_what_they_are, "src/medaid/fund/model.py", "class Fund:\n    x: int\n"),
    (words_mean_one_thing, "src/medaid/x.py", '"""The door of the fund."""\n'),
    (words_mean_one_thing, "src/medaid/x.py", "class Purse: ...\n"),
    (surroundings_are_read_in_one_place, "src/medaid/x.py", 'import os\nos.environ["X"]\n'),
    (money_meets_no_binary_fraction, "src/medaid/fund/rules.py", "RATE = 0.5\n"),
    (money_meets_no_binary_fraction, "src/medaid/benefit/engine.py", "x = float('1')\n"),
    (
        two_people_are_held_apart_in_one_place,
        "src/medaid/clearing/x.py",
        "if second.is_one_hand_with(first, now, done):\n    raise Forbidden('SEPARATION')\n",
    ),
    (states_are_told_in_words, "src/medaid/fund/x.py", 'rule = f"当前为 {held.state}"\n'),
    (
        lines_of_a_trail_are_written_in_one_place,
        "src/medaid/clearing/x.py",
        'line = f"{beijing_text(now)} {by} 录入"\n',
    ),
]


def _code() -> Iterator[tuple[str, str]]:
    for folder in (PACKAGE, FUNCTIONS):
        for path in sorted(folder.rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "rule", list(dict.fromkeys(rule for rule, _, _ in CODE_RULES)), ids=lambda rule: rule.__name__
)
def test_the_code_holds(rule: Rule) -> None:
    assert {path: wrong for path, text in _code() if (wrong := rule(path, text))} == {}


@pytest.mark.parametrize(("rule", "path", "text"), CODE_RULES)
def test_each_rule_notices_a_breach(rule: Rule, path: str, text: str) -> None:
    assert rule(path, text) != []


def shared_class_names(code: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Public class names that stand in more than one file, with the files: a reader who meets the
    name would not know which is meant, and docs/openapi.json would name it by its file."""
    found: dict[str, list[str]] = {}
    for path, text in code:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


ACROSS: Final = {"browser", "core", "docs", "golden", "infra", "journeys"}
"""Folders of tests beside those of the packages: `core` has the modules that lie in no package."""


def test_tests_mirror_the_packages_once() -> None:
    """Who looks for the tests of a package finds them in the one folder of its name."""
    tracked = {path.relative_to(ROOT).parent for path in _tracked() if path.suffix == ".py"}
    folders = {path.parts[1] for path in tracked if path.parts[0] == "tests" and path.parts[1:]}
    assert sorted(folders - ACROSS - PACKAGES - {"aws", "dropped"}) == []
    assert [
        path for path in tracked if path.parts[:2] == ("tests", "core") and path.parts[2:]
    ] == []


def test_a_class_name_means_one_thing() -> None:
    assert shared_class_names(_code()) == {}


def test_a_class_name_that_means_two_things_is_noticed() -> None:
    code = [("a.py", "class Row: ...\nclass _X: ..."), ("b.py", "class Row: ...\nclass _X: ...")]
    assert shared_class_names(iter(code)) == {"Row": ["a.py", "b.py"]}
    assert shared_class_names(iter(code[:1])) == {}


FOREIGN = re.compile(
    # one pattern, read as one
    r"(?<![\w.$}])/(?:work|root|home|Users)/[\w.]|--(?:extra-)?index-url[ =]\S|--find-links[ =]\S|--trusted[-]host|^\s*registry\s*=|/simple/?\s*$",  # noqa: E501
    re.MULTILINE,
)
"""Paths of one machine, and addresses from which packages were fetched."""


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_of_the_machine_it_was_made_on_is_tracked() -> None:
    found = {}
    for path in _tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        if match := FOREIGN.search(text):
            found[path.relative_to(ROOT).as_posix()] = match.group()
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see " + "/wo" + "rk/x",
        "PATH=" + "/ro" + "ot/.pyenv",
        "--index" + "-url https://host",
        "--trusted" + "-host h",
        "  registry" + " = h",
    ],
)
def test_such_traces_are_noticed(text: str) -> None:
    assert FOREIGN.search(text)


def test_every_pin_is_proven_by_a_hash() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
        assert entries, path
        assert [
            entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry
        ] == [], path


def test_the_deployed_pins_are_those_that_are_tested() -> None:
    """The layer's pins are part of every other set, at the same version."""

    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([\w.\-]+)==([^\s;\\]+)", text, re.MULTILINE))

    sets = [pins(name) for name in ("layer", "run", "dev", "bench")]
    for smaller, larger in itertools.pairwise(sets):
        assert smaller.items() <= larger.items()


def _operations() -> str:
    return (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_is_given_by_the_template_and_described() -> None:
    """What the code reads from its surroundings, the template sets and docs/operations.md says."""
    read = {
        name
        for path, text in _code()
        if not path.startswith("src/medaid/local/")
        for name in re.findall(r"MEDAID_[A-Z]+(?:_[A-Z]+)*(?![A-Z_{])", text)
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    assert {"MEDAID_BUCKET", "MEDAID_ROLES_CLAIM"} <= read
    assert sorted(name for name in read if f"{name}:" not in text) == []
    described = read | {f"MEDAID_TABLE_{room.upper()}" for room in TABLES}
    assert sorted(name for name in described if f"`{name}`" not in _operations()) == []


def test_every_parameter_function_and_alarm_is_described() -> None:
    parsed, text = template.read(), _operations()
    resources = parsed["Resources"].items()
    alarms = {
        name
        for name, r in resources
        if r["Type"] == "AWS::CloudWatch::Alarm"
        and not name.endswith(("ErrorsAlarm", "ThrottlesAlarm"))
    }
    functions = {
        r["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for r in parsed["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    }
    assert (
        sorted(
            name for name in {*parsed["Parameters"], *alarms, *functions} if f"`{name}`" not in text
        )
        == []
    )


def test_nothing_is_described_that_is_not_there() -> None:
    known = TEMPLATE.read_text(encoding="utf-8")
    known += "".join(f"{name}:" for name in template.read()["Resources"])
    named = re.findall(r"`(MEDAID_[A-Z_]+|\w+Alarm)`", _operations())
    local = {"MEDAID_LOCAL_DIR", "MEDAID_ENDPOINT"}
    assert sorted(name for name in named if name not in local and f"{name}:" not in known) == []


def test_what_differs_in_chinas_regions_is_described() -> None:
    """Right money, 47. Everything that a region's office would stumble over, each with what the
    product does instead."""
    section = _operations().partition("## China regions")[2].partition("\n## ")[0]
    named = {row.split(" | ")[0].strip("| ") for row in section.splitlines() if row[:2] == "| "}
    assert {"Cognito user pools", "API Gateway", "Lambda", "CloudFront"} <= named
    for word in ("cn-north-1", "cn-northwest-1", "SnapStart", "X-Ray", "ICP", "prices", "aws-cn"):
        assert word in section, word
    rows = [row for row in section.splitlines() if row[:2] == "| "]
    assert all(len(row.strip("|").split(" | ")) == 3 and row.strip("| ")[-1] for row in rows)
