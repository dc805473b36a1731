"""The ways out: what is sent to a group's webhook or a mailbox, and what became of it, told without any secret.

WeCom, DingTalk and Feishu take a text by one POST, and answer HTTP 200 with a code of their own in the body that is 0
where the message was taken. What they say beside it is not kept: it may repeat what was sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from analysis.catalogue import Message
from analysis.notification.settings import Group, Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analysis.notification.settings import Place

_LIMITED = {"wecom": {45009}, "dingtalk": {130101, 410100}, "feishu": {11232}}
_LOCKED_OUT = {"wecom": {93000}, "dingtalk": {300001, 310000}, "feishu": {19001, 19021, 19022, 19024}}
_MOST_READ = 65_536
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Ending:
    """What became of a message.

    Attributes
    ----------
    result : {"sent", "refused", "limited", "unreachable", "unsure"}
        ``unsure``: it may have arrived, or not.
    reason : analysis.catalogue.Message or None
        Why, where it was not sent.
    """

    result: str
    reason: Message | None = None


@dataclass(frozen=True)
class Letter:
    """A message.

    Attributes
    ----------
    subject, text : str
    key : str
        Of its event and place.
    written : datetime.datetime
        By the clock.
    """

    subject: str
    text: str
    key: str
    written: datetime


def send(place: Place, letter: Letter, secrets: dict[str, str], *, limit: float) -> Ending:
    """Send a message, and wait no longer than `limit` seconds for an answer, nor twice as long in all.

    Parameters
    ----------
    place : Group or Mailbox
    letter : Letter
    secrets : dict of str to str
        By the name of the setting that says where each is.
    limit : float
    """
    endings: list[Ending] = []

    def work() -> None:
        way: Callable[..., Ending] = _to_group if isinstance(place, Group) else _to_mailbox
        try:
            endings.append(way(place, letter, secrets, limit))
        except Exception as failed:
            # Its kind alone: what it says may hold the address.
            told = Message("an unexpected error: {kind}", kind=type(failed).__name__)
            endings.append(Ending("unsure", told))

    # In a thread, because a server that answers a byte at a time, or a name that is not found, has no limit of its own.
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(2 * limit)
    return endings[0] if endings else _no_answer(limit)


class _NoRedirect(HTTPRedirectHandler):
    """A message goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _to_group(group: Group, letter: Letter, secrets: dict[str, str], limit: float) -> Ending:
    address, signature = secrets["webhook"], secrets.get("signature", "")
    if not _is_address(address):
        return Ending(
            "refused",
            Message(
                "the address of the webhook must begin with {scheme}, without blanks or letters of another script",
                scheme="https://",
            ),
        )
    payload: dict[str, Any]
    if group.kind == "feishu":
        # What stands in angle brackets calls people there.
        payload = {"msg_type": "text", "content": {"text": letter.text.replace("<", "＜")}}
        if signature:
            payload |= feishu_signature(signature, int(letter.written.timestamp()))
    else:
        payload = {"msgtype": "text", "text": {"content": letter.text}}
        if signature:
            address += ("&" if urlsplit(address).query else "?") + dingtalk_signature(
                signature, int(letter.written.timestamp() * 1000)
            )
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "portplan"}
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    request = Request(address, body, headers, method="POST")  # noqa: S310 — https, or this machine
    try:
        with build_opener(_NoRedirect).open(request, timeout=limit) as answer:
            content = answer.read(_MOST_READ)
    except HTTPError as failed:
        return _of_status(failed.code)
    except URLError as failed:
        return _unreachable(failed.reason, limit)
    except TimeoutError:
        return _no_answer(limit)
    except (OSError, HTTPException):
        return Ending("unsure", Message("the connection broke before an answer came"))
    return _of_answer(group.kind, content)


def _is_address(address: str) -> bool:
    """Whether a message could go there: of what is no address it must not be said that it may have arrived."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        is_right = parts.port != 0
    except ValueError:
        return False
    is_hidden = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return is_right and bool(host) and is_hidden and address.isascii() and address.isprintable() and " " not in address


def feishu_signature(secret: str, seconds: int) -> dict[str, str]:
    """What Feishu wants in the body of a signed message."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


def dingtalk_signature(secret: str, milliseconds: int) -> str:
    """What DingTalk wants in the address of a signed message."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"


def _of_status(status: int) -> Ending:
    if status == 429:
        return _limited(status)
    if status in (401, 403, 404):
        return _locked_out(status)
    if status >= 500:
        return Ending("unsure", Message("the server failed (HTTP {code})", code=status))
    return Ending("refused", Message("the server refused it (code {code})", code=status))


def _of_answer(kind: str, content: bytes) -> Ending:
    try:
        said = json.loads(content)
        code = next(said[name] for name in ("errcode", "code", "StatusCode") if name in said)
    except (ValueError, TypeError, StopIteration, RecursionError):
        return Ending("refused", Message("the answer is none of such a server; is the address right?"))
    if isinstance(code, bool) or not isinstance(code, int):
        return Ending("refused", Message("the answer is none of such a server; is the address right?"))
    if code == 0:
        return Ending("sent")
    if code in _LIMITED[kind]:
        return _limited(code)
    if code in _LOCKED_OUT[kind]:
        return _locked_out(code)
    return Ending("refused", Message("the server refused it (code {code})", code=code))


def _to_mailbox(box: Mailbox, letter: Letter, secrets: dict[str, str], limit: float) -> Ending:
    password, domain = secrets.get("password", ""), box.sender.rpartition("@")[2]
    if password and box.security == "none" and box.host not in _LOOPBACK:
        return Ending(
            "refused",
            Message(
                "a password is not sent in the clear: set {key} to {values}", key="security", values="tls / starttls"
            ),
        )
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = letter.subject, box.sender, ", ".join(box.to)
    mail["Date"] = format_datetime(letter.written)
    # The same for the same event: a mail program knows by it what it has already.
    mail["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{domain}>"
    mail.set_content(letter.text)
    is_under_way, is_hidden = False, box.security == "tls"
    # Slow to make: what is not hidden does not wait for it.
    context = None if box.security == "none" else ssl.create_default_context()
    options: dict[str, Any] = {"host": box.host, "port": box.port, "local_hostname": domain, "timeout": limit}
    server = None
    try:
        server = smtplib.SMTP_SSL(context=context, **options) if is_hidden else smtplib.SMTP(**options)
        if box.security == "starttls":
            server.starttls(context=context)
        if password:
            server.login(box.user, password)
        is_under_way = True
        lost = server.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as failed:
        return _of_mail(failed, limit, is_under_way=is_under_way)
    finally:
        # What is said in parting changes nothing of what was taken.
        if server is not None:
            server.close()
    return Ending("sent", Message("{n} of the recipients were refused", n=len(lost)) if lost else None)


def _of_mail(failed: Exception, limit: float, *, is_under_way: bool) -> Ending:
    if isinstance(failed, smtplib.SMTPAuthenticationError):
        return _locked_out(failed.smtp_code)
    if isinstance(failed, smtplib.SMTPRecipientsRefused):
        return _of_reply(max(code for code, _ in failed.recipients.values()))
    if isinstance(failed, smtplib.SMTPResponseException):
        return _of_reply(failed.smtp_code)
    if isinstance(failed, smtplib.SMTPNotSupportedError):
        return Ending("refused", Message("the server offers no {what}", what="STARTTLS / AUTH"))
    # Of a time that ran out, smtplib says that the server has gone.
    late = failed if isinstance(failed, TimeoutError) else failed.__context__
    if not is_under_way:
        return _unreachable(late or failed, limit)
    if isinstance(late, TimeoutError):
        return _no_answer(limit)
    return Ending("unsure", Message("the connection broke before an answer came"))


def _unreachable(failed: object, limit: float) -> Ending:
    """That nothing can have arrived: there was no connection to send it by."""
    if isinstance(failed, TimeoutError):
        return Ending("unreachable", _no_answer(limit).reason)
    if isinstance(failed, ssl.SSLCertVerificationError):
        return Ending("unreachable", Message("the certificate of the server is not trusted"))
    return Ending("unreachable", Message("no connection to the server"))


def _of_reply(code: int) -> Ending:
    # 4xx is what a server says that may take it later.
    return (
        _limited(code) if code < 500 else Ending("refused", Message("the server refused it (code {code})", code=code))
    )


def _limited(code: int) -> Ending:
    return Ending("limited", Message("too many messages for now (code {code})", code=code))


def _locked_out(code: int) -> Ending:
    return Ending(
        "refused",
        Message("wrong secret, or the safety settings there refuse it: keyword, address (code {code})", code=code),
    )


def _no_answer(limit: float) -> Ending:
    return Ending("unsure", Message("no answer within {seconds} s", seconds=f"{limit:g}"))
