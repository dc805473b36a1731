"""Messages: what is told, to whom, once; through whatever a server does; and never a secret anywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import socketserver
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from analysis import cli, notification
from analysis.catalogue import languages
from analysis.files import Busy, held
from analysis.manifest import Manifest
from analysis.notification import (
    EVENTS,
    BadSettings,
    Event,
    Settings,
    due_events,
    read_settings,
    site_events,
    tell,
)
from analysis.notification.sending import read_told
from analysis.outcomes.messages import tell_after
from analysis.report import read_inputs
from analysis.runner import Report
from analysis.site import SiteNotWritable, check_site, unnamed
from tests.sites import failure, page, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.notification import Told
    from analysis.plan import Plan

SECRET = "s3cr3t-k3y-0f-the-r0b0t"
SIGNATURE = "SEC-signing-w0rd"
NOW = datetime.fromisoformat("2025-04-08T06:00:00+08:00")
EVENT = Event(
    "published",
    "published plan 2025-03-31",
    "【合成示例，并非真实】方案",
    "【合成示例，并非真实】《方案》已发布。\nhttps://x/",
)
GROUPS = ("wecom", "dingtalk", "feishu")


# Servers on this machine.


@dataclass
class Robot:
    """A server that answers as it is told, and remembers what came."""

    port: int
    came: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    answer: object = None
    wait: float = 0
    drop: bool = False


@contextmanager
def robot_running() -> Iterator[Robot]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            robot.came.append((self.path, json.loads(body)))
            time.sleep(robot.wait)
            if robot.drop:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(robot.status)
            if robot.status in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{robot.port}/elsewhere")
            self.end_headers()
            said = robot.answer if isinstance(robot.answer, str) else json.dumps(robot.answer)
            self.wfile.write(said.encode())

        def do_GET(self) -> None:
            robot.came.append((self.path, {}))

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        robot = Robot(server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield robot
        server.shutdown()


@dataclass
class Office:
    """A mail server that answers as it is told, and remembers what came."""

    port: int
    letters: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    wait: dict[str, float] = field(default_factory=dict)


@contextmanager
def office_running() -> Iterator[Office]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                time.sleep(office.wait.get(verb, 0))
                if verb == "EHLO":
                    self.say("250-here\r\n250 AUTH PLAIN")
                elif verb == "AUTH":
                    office.logins.append(base64.b64decode(line.split()[-1]).decode())
                    self.say(office.replies.get("AUTH", "235 welcome"))
                elif verb == "DATA" and "DATA" not in office.replies:
                    self.say("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                    office.letters.append("\n".join(lines))
                    time.sleep(office.wait.get("END", 0))
                    self.say(office.replies.get("END", "250 taken"))
                elif verb == "QUIT":
                    return
                else:
                    self.say(office.replies.get(verb, "250 well"))

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        office = Office(server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield office
        server.shutdown()


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with robot_running() as running:
        monkeypatch.setenv("ROBOT", f"http://127.0.0.1:{running.port}/send?key={SECRET}")
        monkeypatch.setenv("SIGNATURE", SIGNATURE)
        yield running


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office_running() as running:
        monkeypatch.setenv("PASSWORD", SECRET)
        yield running


def group(kind: str = "wecom", **said: Any) -> dict[str, Any]:
    return {"name": "督查群", "kind": kind, "webhook": {"env": "ROBOT"}, **said}


def mailbox(port: int, **said: Any) -> dict[str, Any]:
    given = {"name": "邮箱", "kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
    given |= {"from": "portplan@example.gov.cn", "to": ["a@example.gov.cn", "b@example.gov.cn"]}
    return {**given, "user": "portplan", "password": {"env": "PASSWORD"}, **said}


def settings(*places: dict[str, Any], **said: Any) -> Settings:
    return Settings.model_validate({"address": "https://pages.example/reports", "to": list(places), **said})


def told(site: Path, *places: dict[str, Any], events: tuple[Event, ...] = (EVENT,), **said: Any) -> list[Told]:
    return tell(site, settings(*places), events, now=NOW, **{"limit": 2.0, **said})


def good(kind: str) -> dict[str, Any]:
    return {"code": 0, "msg": "success"} if kind == "feishu" else {"errcode": 0, "errmsg": "ok"}


def bad(kind: str, code: int) -> dict[str, Any]:
    # What a server says may repeat the secret.
    return {"code" if kind == "feishu" else "errcode": code, "errmsg": f"no: {SECRET}", "msg": f"no: {SECRET}"}


@pytest.fixture(autouse=True)
def nothing_is_given_away(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test does: no secret in what is kept, nor in what is said."""
    yield
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and "secret" not in str(file.name)]
    said = "".join(capfd.readouterr())
    for secret in (SECRET, SIGNATURE):
        assert secret not in said
        assert all(secret.encode() not in content for content in kept)


# Groups.


@pytest.mark.parametrize("kind", GROUPS)
def test_a_group_is_told_in_the_form_that_it_takes(robot: Robot, tmp_path: Path, kind: str):
    robot.answer = good(kind)
    (one,) = told(tmp_path, group(kind))
    assert (one.result, one.reason, one.is_news) == ("sent", "", True)
    ((path, payload),) = robot.came
    assert path == f"/send?key={SECRET}"
    if kind == "feishu":
        assert payload == {"msg_type": "text", "content": {"text": EVENT.text}}
    else:
        assert payload == {"msgtype": "text", "text": {"content": EVENT.text}}


def test_dingtalk_and_feishu_are_told_with_a_signature(robot: Robot, tmp_path: Path):
    robot.answer = {"errcode": 0, "code": 0}
    told(
        tmp_path,
        group("dingtalk", signature={"env": "SIGNATURE"}, name="a"),
        group("feishu", name="b", signature={"env": "SIGNATURE"}),
    )
    (path, _), (_, payload) = robot.came
    asked = parse_qs(urlsplit(path).query)
    stamp = str(int(NOW.timestamp() * 1000))
    assert asked["key"] == [SECRET]
    assert asked["timestamp"] == [stamp]
    signed = hmac.new(SIGNATURE.encode(), f"{stamp}\n{SIGNATURE}".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(signed).decode()]
    seconds = str(int(NOW.timestamp()))
    signed = hmac.new(f"{seconds}\n{SIGNATURE}".encode(), b"", hashlib.sha256).digest()
    assert (payload["timestamp"], payload["sign"]) == (seconds, base64.b64encode(signed).decode())


def test_a_text_calls_nobody_in_feishu(robot: Robot, tmp_path: Path):
    robot.answer = good("feishu")
    told(tmp_path, group("feishu"), events=(replace(EVENT, text='<at user_id="all">所有人</at>'),))
    assert "<" not in robot.came[0][1]["content"]["text"]


@pytest.mark.parametrize(
    ("kind", "status", "answer", "result"),
    [
        *((kind, 200, bad(kind, 40_008), "refused") for kind in GROUPS),
        ("wecom", 200, bad("wecom", 45_009), "limited"),
        ("dingtalk", 200, bad("dingtalk", 130_101), "limited"),
        ("feishu", 200, bad("feishu", 11_232), "limited"),
        ("wecom", 429, {}, "limited"),
        ("wecom", 200, bad("wecom", 93_000), "refused"),
        ("dingtalk", 200, bad("dingtalk", 310_000), "refused"),
        ("feishu", 200, bad("feishu", 19_021), "refused"),
        ("wecom", 403, {}, "refused"),
        ("wecom", 400, {}, "refused"),
        ("wecom", 500, {}, "unsure"),
        ("wecom", 200, "<html>log in here</html>", "refused"),
        ("wecom", 200, {}, "refused"),
        ("wecom", 200, [], "refused"),
        ("wecom", 200, {"errcode": "0"}, "refused"),
        ("wecom", 200, {"errcode": False}, "refused"),
        ("wecom", 302, {"errcode": 0}, "refused"),
    ],
)
def test_what_was_not_taken_is_not_called_sent_whatever_the_status(
    robot: Robot, tmp_path: Path, kind: str, status: int, answer: object, result: str
):
    robot.status, robot.answer = status, answer
    (one,) = told(tmp_path, group(kind))
    assert (one.result, bool(one.reason)) == (result, True)
    # Nowhere else, either.
    assert [path for path, _ in robot.came] == [f"/send?key={SECRET}"]
    assert [kept.result for kept in read_told(tmp_path)] == [result]


def test_what_is_wrong_with_a_secret_is_said(robot: Robot, tmp_path: Path):
    robot.answer = bad("dingtalk", 310_000)
    assert "310000" in told(tmp_path, group("dingtalk"))[0].reason
    assert "口令" in told(tmp_path, group("dingtalk"))[0].reason


def test_nobody_waits_longer_than_the_limit_and_it_is_not_sent_again(robot: Robot, tmp_path: Path):
    robot.wait, robot.answer = 1.0, good("wecom")
    began = time.monotonic()
    (one,) = told(tmp_path, group(), limit=0.1)
    assert time.monotonic() - began < 0.9
    assert one.result == "unsure"
    assert "0.1" in one.reason
    (again,) = told(tmp_path, group(), limit=0.1)
    assert (again.result, again.is_news, len(robot.came)) == ("unsure", False, 1)


def test_five_seconds_are_the_limit_when_nobody_says():
    assert notification.sending.LIMIT == 5.0


def test_a_connection_that_breaks_leaves_it_unsure(robot: Robot, tmp_path: Path):
    robot.drop = True
    assert told(tmp_path, group())[0].result == "unsure"


def test_without_a_network_nothing_fails_and_the_next_run_tries_again(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    there = f"http://127.0.0.1:{robot.port}/send?key={SECRET}"
    monkeypatch.setenv("ROBOT", f"http://127.0.0.1:1/send?key={SECRET}")
    assert told(tmp_path, group())[0].result == "unreachable"
    monkeypatch.setenv("ROBOT", f"http://no-such-host.invalid/send?key={SECRET}")
    assert told(tmp_path, group())[0].result == "refused"
    monkeypatch.setenv("ROBOT", there)
    robot.answer = good("wecom")
    assert told(tmp_path, group())[0].result == "sent"
    assert len(robot.came) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("", "nothing", "ftp://127.0.0.1/x", "http://[::1", "http://pages.example/x", "file:///etc/passwd"),
        *("https://pages.example/ 企业微信", "https://pages.example/中文", "https://pages。example/", "https://a b/"),
        *(
            "https://pages.example:port/",
            "https://pages.example:0/",
            "https://..example/",
            "https://pages.example:99999/",
        ),
    ],
)
def test_an_address_that_is_none_is_refused_without_a_word_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
):
    monkeypatch.setenv("ROBOT", f"{address}{SECRET}" if address else " ")
    (one,) = told(tmp_path, group())
    # Nothing can have arrived anywhere: once the address is right, the message goes.
    assert one.result in ("refused", "no_secret")


@pytest.mark.parametrize("host", ["mail..cn", "mail.。cn", f"{'x' * 70}.cn"])
def test_a_mail_server_that_cannot_be_has_taken_nothing(tmp_path: Path, host: str):
    (one,) = told(tmp_path, mailbox(1, host=host) | {"user": "", "password": None})
    assert one.result == "unreachable"


# Mailboxes.


def test_a_mailbox_is_written_to(office: Office, tmp_path: Path):
    (one,) = told(tmp_path, mailbox(office.port))
    assert one.result == "sent"
    (letter,) = office.letters
    mail = message_from_bytes(letter.encode())
    assert str(make_header(decode_header(mail["Subject"]))) == EVENT.subject
    assert (mail["From"], mail["To"]) == ("portplan@example.gov.cn", "a@example.gov.cn, b@example.gov.cn")
    assert mail.get_payload(decode=True).decode().strip() == EVENT.text  # pyright: ignore
    assert office.logins == [f"\0portplan\0{SECRET}"]
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.gov\.cn>", mail["Message-ID"])


@pytest.mark.parametrize(
    ("replies", "result"),
    [
        ({"AUTH": "535 wrong"}, "refused"),
        ({"MAIL": "550 no"}, "refused"),
        ({"RCPT": "550 nobody"}, "refused"),
        ({"RCPT": "451 later"}, "limited"),
        ({"DATA": "451 later"}, "limited"),
        ({"END": "554 spam"}, "refused"),
        ({"END": "452 too many"}, "limited"),
    ],
)
def test_what_a_mail_server_refuses_is_kept(office: Office, tmp_path: Path, replies: dict[str, str], result: str):
    office.replies = {verb: f"{reply} {SECRET}" for verb, reply in replies.items()}
    (one,) = told(tmp_path, mailbox(office.port))
    assert (one.result, bool(one.reason)) == (result, True)


@pytest.mark.thorough
def test_a_mail_server_that_does_not_answer(office: Office, tmp_path: Path):
    office.wait = {"MAIL": 3}
    (one,) = told(tmp_path, mailbox(office.port), limit=0.3)
    assert (one.result, "0.3" in one.reason) == ("unsure", True)
    office.wait = {"EHLO": 3}
    (one,) = told(tmp_path, mailbox(office.port, name="another"), limit=0.3)
    assert (one.result, "0.3" in one.reason) == ("unreachable", True)


def test_no_mail_server(tmp_path: Path, office: Office):
    assert told(tmp_path, mailbox(1))[0].result == "unreachable"
    assert told(tmp_path, mailbox(office.port, security="starttls"))[0].result == "refused"
    assert told(tmp_path, mailbox(office.port, security="tls"))[0].result == "unreachable"
    assert told(tmp_path, mailbox(office.port, host="mail.invalid"))[0].result == "refused"
    assert office.letters == []


# Once.


@pytest.mark.parametrize("kind", [*GROUPS, "smtp"])
def test_nothing_is_sent_twice_for_the_same_event(robot: Robot, office: Office, tmp_path: Path, kind: str):
    robot.answer = {"errcode": 0, "code": 0}
    place = mailbox(office.port) if kind == "smtp" else group(kind)
    assert [told(tmp_path, place)[0].is_news for _ in range(3)] == [True, False, False]
    assert len(robot.came) + len(office.letters) == 1
    # Another event is another.
    told(tmp_path, place, events=(EVENT, replace(EVENT, key="another")))
    assert len(robot.came) + len(office.letters) == 2


def test_a_refusal_is_tried_again_and_each_place_is_by_itself(robot: Robot, tmp_path: Path):
    robot.answer = bad("wecom", 45_009)
    assert told(tmp_path, group())[0].result == "limited"
    robot.answer = good("wecom")
    first, second = told(tmp_path, group(), group(name="another"))
    assert (first.result, second.result) == ("sent", "sent")
    assert len(robot.came) == 3
    assert len(read_told(tmp_path)) == 2


def test_a_run_that_is_killed_while_it_sends_sends_nothing_twice(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What is about to be sent is on the disk first: of the two that can happen, a message is rather lost."""

    def killed(*_: object, **__: object) -> None:
        assert [one.result for one in read_told(tmp_path)] == ["sending"]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notification.sending, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            told(tmp_path, group())
    robot.answer = good("wecom")
    (one,) = told(tmp_path, group())
    assert (one.result, one.is_news, robot.came) == ("sending", False, [])


def test_what_cannot_be_kept_is_not_sent(robot: Robot, tmp_path: Path):
    (tmp_path / "runs").write_text("in the way", "utf-8")
    with pytest.raises(SiteNotWritable):
        told(tmp_path, group())
    (tmp_path / "runs").unlink()
    (tmp_path / "runs").mkdir()
    one = {"event": "a", "to": "b", "at": "c", "result": "sent", "reason": ""}
    odd = [[one | {name: value}] for name in one for value in (1, None, [], {"a": 1})]
    for kept in ("half of", *map(json.dumps, [5, {}, [5], [one | {"result": "on its way"}], *odd]), "[" * 9_999):
        (tmp_path / "runs" / "told.json").write_text(kept, "utf-8")
        with pytest.raises(SiteNotWritable):
            told(tmp_path, group())
    assert robot.came == []


def test_two_do_not_tell_at_once(robot: Robot, tmp_path: Path):
    with held(tmp_path / ".telling.lock", otherwise="x"), pytest.raises(Busy):
        told(tmp_path, group())
    assert robot.came == []


def test_a_dry_run_sends_and_keeps_nothing(robot: Robot, tmp_path: Path):
    (one,) = told(tmp_path, group(), is_dry=True)
    assert (one.result, robot.came, [*tmp_path.iterdir()]) == ("waiting", [], [])
    robot.answer = good("wecom")
    told(tmp_path, group())
    assert [one.result for one in told(tmp_path, group(), is_dry=True)] == ["sent"]
    assert len(robot.came) == 1


def test_whoever_does_not_want_an_event_does_not_hear_of_it(robot: Robot, tmp_path: Path):
    robot.answer = good("wecom")
    assert told(tmp_path, group(events=["failed"])) == []
    assert robot.came == []


def test_what_is_kept_is_part_of_the_site(robot: Robot, tmp_path: Path):
    robot.answer = good("wecom")
    (tmp_path / "site.toml").write_text("", "utf-8")
    told(tmp_path, group())
    assert unnamed(tmp_path, Manifest()) == []
    (tmp_path / "runs" / "told.json").unlink()
    (tmp_path / "runs").rmdir()
    check_site(tmp_path)


# Secrets.


def test_a_secret_is_read_from_a_file_that_nobody_else_can_read(robot: Robot, tmp_path: Path):
    robot.answer = good("wecom")
    site, file = tmp_path / "site", tmp_path / "secret"
    site.mkdir()
    file.write_text(f"http://127.0.0.1:{robot.port}/send?key={SECRET}\n", "utf-8")
    file.chmod(0o644)
    asked = group(webhook={"file": "../secret"})
    (one,) = told(site, asked)
    assert (one.result, robot.came) == ("no_secret", [])
    assert "chmod 600" in one.reason
    file.chmod(0o600)
    assert told(site, asked)[0].result == "sent"


def test_a_secret_that_lies_where_pages_lie_or_is_not_there_is_not_used(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    inside = tmp_path / "a-secret"
    inside.write_text(f"http://127.0.0.1:{robot.port}/{SECRET}", "utf-8")
    inside.chmod(0o600)
    monkeypatch.delenv("ROBOT")
    for where in ({"file": "a-secret"}, {"file": "nowhere"}, {"file": "."}, {"env": "ROBOT"}):
        assert told(tmp_path, group(webhook=where))[0].result == "no_secret"
    assert robot.came == []


def test_nothing_of_a_secret_is_in_what_is_raised_or_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Even where somebody put it into the wrong place."""
    written = (
        f'[notify]\naddress = "https://x/"\n[[notify.to]]\nname = "a"\nkind = "wecom"\nwebhook = "https://x/{SECRET}"\n'
    )
    for text in (written, written + f"= {SECRET}", written.replace("webhook", f'"{SECRET}x"[')):
        (tmp_path / "secret").mkdir(exist_ok=True)
        site = tmp_path / "secret"
        (site / "site.toml").write_text(text, "utf-8")
        with pytest.raises(BadSettings) as caught:
            read_settings(site)
        assert SECRET not in "".join(traceback.format_exception(caught.value))
        (site / "site.toml").unlink()
    assert SECRET not in repr(settings(group()))


# What site.toml says.

ADDRESS = "https://pages.example/reports"

GOOD = """
[notify]
address = "https://pages.example/reports"
[[notify.to]]
name = "督查群"
kind = "wecom"
webhook = { env = "ROBOT" }
[[notify.to]]
name = "邮箱"
kind = "smtp"
host = "mail.example.gov.cn"
from = "portplan@example.gov.cn"
to = ["a@example.gov.cn"]
"""


def test_settings_that_are_deep_are_refused(tmp_path: Path):
    with pytest.raises(BadSettings, match="嵌套太深"):
        read(tmp_path, "notify = " + "[" * 9_999)


def read(folder: Path, text: str) -> Settings | None:
    (folder / "site.toml").write_text(text, "utf-8")
    return read_settings(folder)


def test_good_settings_are_read_and_none_are_none(tmp_path: Path):
    assert read_settings(tmp_path) is None
    assert read(tmp_path, "") is None
    said = read(tmp_path, GOOD)
    assert said is not None
    assert (said.address, said.lang, [place.name for place in said.to]) == (
        *("https://pages.example/reports/", "zh"),
        ["督查群", "邮箱"],
    )
    assert [place.events for place in said.to] == [[*EVENTS]] * 2


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('address = "', 'adress = "', "notify.adress"),
        ('address = "https', 'address = "htps', "notify.address"),
        *[
            (ADDRESS, address, "notify.address")
            for address in (
                *("https://", "https://pages.example/index.html", "https://pages.example/?a=1", "file://C:\\\\reports"),
                *("https://pages.example/#top", "https://office:secret@pages.example/", "https://[pages.example/"),
            )
        ],
        ("[notify]", "[notfy]\n[notify]", "notfy"),
        ('"wecom"', '"wecom"\nevents = []', "notify.to[1].events"),
        ('"督查群"', '"  "', "notify.to[1].name"),
        ("webhook", "webhok", "notify.to[1].webhok"),
        ("webhook", "webhok", "notify.to[1].webhook"),
        ("{ env", "{ evn", "notify.to[1].webhook.evn"),
        ('{ env = "ROBOT" }', '{ env = "ROBOT", file = "x" }', "notify.to[1].webhook"),
        ('{ env = "ROBOT" }', '"https://qyapi.example/"', "notify.to[1].webhook"),
        ('"wecom"', '"wechat"', "notify.to[1]"),
        ('kind = "wecom"\n', "", "notify.to[1]"),
        ('"wecom"', '"wecom"\nsignature = { env = "S" }', "notify.to[1]"),
        ('"wecom"', '"wecom"\nevents = ["publishd"]', "notify.to[1].events[1]"),
        ('"邮箱"', '"督查群"', "notify.to"),
        ('to = ["a@example.gov.cn"]', "to = []", "notify.to[2].to"),
        ('to = ["a@example.gov.cn"]', 'to = ["a@x.cn, b@x.cn"]', "notify.to[2].to"),
        ('"portplan@example.gov.cn"', '"portplan@x.cn\\nBcc: z@x.cn"', "notify.to[2].from"),
        ('to = ["', 'user = "u"\nto = ["', "notify.to[2]"),
        ('host = "mail', 'port = "465"\nhost = "mail', "notify.to[2].port"),
        ('host = "mail', 'security = "ssl"\nhost = "mail', "notify.to[2].security"),
        ("[[notify.to]]", "days_before = 99\n[[notify.to]]", "notify.days_before"),
        ('address = "', 'lang = "fr"\naddress = "', "notify.lang"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, before: str, after: str, place: str):
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, GOOD.replace(before, after, 1))
    assert f"{place}：" in str(caught.value)
    assert "qyapi" not in str(caught.value)
    assert not re.search(r"\b(should|must|Input|valid)\b", str(caught.value))


# What there is to tell.

REPORTS = {"load": Report("load", Path("load.ipynb"), {"zh": "工作量"})}
INPUTS: Any = SimpleNamespace(id="plan", head={"title": {"zh": "方案"}}, is_synthetic=False)


def found(
    pages: list[Any], failures: list[Any] | None = None, today: str = "2025-04-08", inputs: Any = INPUTS
) -> list[Event]:
    site = Manifest({one.path: one for one in pages}, {one.path: one for one in failures or []})
    return site_events(site, inputs, REPORTS, settings(group()), today=date.fromisoformat(today))


def test_the_newest_day_is_told_of_with_the_sentence_of_its_first_page():
    pages = [page("other"), page("load", key="31 measures"), page("load", "2025-02-28"), page("load", lang="en")]
    (event,) = found(pages)
    assert event.kind == "published"
    assert "load 31 measures" in event.text
    assert event.text.endswith("\nhttps://pages.example/reports/plan/2025-03-31/zh/load.html")
    # Made again, it says the same, and is no news; what says something else is.
    assert found([replace(one, sha256="x", links="y") for one in pages])[0].key == event.key
    assert found([replace(one, headline="else") for one in pages])[0].key != event.key


def test_a_day_that_has_not_come_and_a_page_of_a_unit_are_no_news():
    assert found([page("load", "2052-03-31")]) == []
    assert found([page("load", unit="u1")]) == []
    assert found([]) == []


def test_failures_are_told_of_once_while_they_are_the_same():
    one, other = failure(), failure("other", since="2025-04-07T06:00+08:00")
    (event,) = found([], [one, other])
    assert (event.kind, "2" in event.text, "2025-04-06 06:00" in event.text) == ("failed", True, True)
    assert event.text.endswith("/index.html")
    assert found([], [other, one])[0].key == event.key
    assert found([], [one])[0].key != event.key
    assert found([], [replace(one, since="2025-05-06T06:00+08:00"), other])[0].key != event.key


def test_what_is_made_up_is_marked():
    made_up: Any = SimpleNamespace(id="plan", head=INPUTS.head, is_synthetic=True)
    for events in (
        found([page()], [failure()], inputs=made_up),
        found([replace(page(), banner="合成示例数据。")], [failure()]),
    ):
        assert len(events) == 2
        for event in events:
            assert event.text.startswith("【合成示例，并非真实】")
            assert event.subject.startswith("【合成示例，并非真实】")
    assert not any("合成" in event.text for event in found([page()], [failure()]))


@pytest.fixture(scope="module")
def silent(tianjin: Plan) -> Plan:
    """The plan when nobody has said anything."""
    return replace(tianjin, progress=tianjin.progress.iloc[:0], decisions=tianjin.decisions.iloc[:0])


def due_on(plan: Plan, today: str, **said: Any) -> dict[str, Event]:
    events = due_events(Manifest(), plan, settings(group(), **said), today=date.fromisoformat(today))
    return {event.kind: event for event in events}


@pytest.mark.thorough
def test_feedback_is_called_for_before_and_after_it_falls_due(silent: Plan):
    """Of June, due on 5 July 2024."""
    owed = len(silent.responsibilities)
    assert due_on(silent, "2024-07-01") == {}
    before = due_on(silent, "2024-07-02")
    assert list(before) == ["before_due"]
    assert "2024-07-05" in before["before_due"].text
    assert f"{owed}份" in before["before_due"].text
    assert before["before_due"].text.startswith("【合成示例，并非真实】")
    # The same event on each of those days, and on the day itself.
    assert {due_on(silent, f"2024-07-0{n}")["before_due"].key for n in (3, 5)} == {before["before_due"].key}
    assert list(due_on(silent, "2024-07-05")) == ["before_due"]
    after = due_on(silent, "2024-07-06")
    assert list(after) == ["after_due"]
    assert f"{owed}份" in after["after_due"].text
    assert due_on(silent, "2024-07-20")["after_due"].key == after["after_due"].key
    assert due_on(silent, "2024-07-06", days_after=3) == {}


@pytest.mark.thorough
@pytest.mark.parametrize("lang", languages())
def test_what_is_owed_is_what_due_says_it_is(tianjin: Plan, lang: str):
    from analysis import due

    for today in ("2024-12-31", "2025-04-08"):
        owed = due.outstanding(tianjin.at(today, known_at=today))
        event = due_on(tianjin, today, lang=lang)["after_due"]
        counts = re.findall(r"\d+", event.text.split("http")[0].replace(today, ""))
        assert str(len(owed)) in counts
        assert str(owed["unit_id"].nunique()) in counts
        assert not any(name in event.text for name in tianjin.units["name"])


# The commands.


@pytest.fixture
def site(robot: Robot, tmp_path: Path) -> Path:
    """A site with settings, and an answer for what it tells."""
    robot.answer = good("wecom")
    put(tmp_path / "site", [page("load", plan_id="tianjin-2024")])
    (tmp_path / "site" / "site.toml").write_text(GOOD.partition('[[notify.to]]\nname = "邮箱')[0], "utf-8")
    return tmp_path / "site"


@pytest.mark.thorough
def test_the_command_tells_once_and_says_what_it_would_tell(
    site: Path, robot: Robot, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    asked = ["notify", "--out", str(site), "--event", "published", "--lang", "zh"]
    assert cli.main([*asked, "--dry-run"]) == cli.Exit.OK
    dry = capfd.readouterr().out
    assert re.search("督查群.*将发送", dry)
    assert "https://pages.example/reports/plan/2025-03-31/zh/load.html" in dry
    assert "【合成示例，并非真实】" in dry
    assert SECRET not in dry
    assert robot.came == []
    assert cli.main(asked) == cli.Exit.OK
    assert "已发送" in capfd.readouterr().out
    assert cli.main(asked) == cli.Exit.OK
    assert len(robot.came) == 1
    assert cli.main([*asked, "--event", "publishd"]) == cli.Exit.USAGE
    monkeypatch.delenv("ROBOT")
    assert cli.main([*asked[:-4], "--event", "published"]) == cli.Exit.OK


def test_a_run_is_never_failed_by_who_does_not_answer_but_bad_settings_are_found_out(
    site: Path, robot: Robot, capfd: pytest.CaptureFixture[str]
):
    inputs = read_inputs("tianjin-2024")
    robot.answer = bad("wecom", 45_009)
    assert tell_after(inputs, site, REPORTS, now=NOW) == cli.Exit.OK
    assert "45009" in capfd.readouterr().err
    assert [one.result for one in read_told(site)] == ["limited"]
    (site / "runs" / "told.json").write_text("half of", "utf-8")
    assert tell_after(inputs, site, REPORTS, now=NOW) == cli.Exit.OK
    (site / "site.toml").write_text("[notify]\nadress = 1\n", "utf-8")
    assert tell_after(inputs, site, REPORTS, now=NOW) == cli.Exit.BAD_PARAMETERS
    assert "notify.adress" in capfd.readouterr().err
    (site / "site.toml").unlink()
    assert tell_after(inputs, site, REPORTS, now=NOW) == cli.Exit.OK


@pytest.mark.integration
def test_the_report_command_tells_of_what_it_published(site: Path, robot: Robot):
    folder = site.parent / "new"
    folder.mkdir()
    (folder / "site.toml").write_text((site / "site.toml").read_text("utf-8"), "utf-8")
    asked = ["report", "delivery", "--as-of", "2025-03-31", "--lang", "zh", "--out", str(folder)]
    assert cli.main(asked) == cli.Exit.OK
    ((_, payload),) = robot.came
    text = payload["text"]["content"]
    assert text.startswith("【合成示例，并非真实】")
    assert "可办结" in text
    assert text.endswith("/tianjin-2024/2025-03-31/zh/delivery.html")
    robot.answer = "no answer at all"
    assert cli.main([*asked, "--force"]) == cli.Exit.OK
    assert len(robot.came) == 1


def test_the_example_of_the_documents_is_read(tmp_path: Path):
    text = (Path(__file__).parents[1] / "docs" / "production.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    said = read(tmp_path, example)
    assert said is not None
    assert {place.kind for place in said.to} == {*GROUPS, "smtp"}
