"""What makes SeaweedFS's inner parts refuse everybody but each other: its `security.toml`.

Master, volume server, filer and gateway talk over TCP on loopback, where any user of the machine
could talk to them too. Over gRPC both ends must show our certificate; over HTTP master and filer do
not answer at all (`-disableHttp`), and the volume server asks for a token with each request.
"""

import secrets
import sys
from pathlib import Path

from labshare.engines import children
from labshare.engines.account import Account
from labshare.engines.children import Program
from labshare.engines.folders import private_folder, write_private

CERTIFICATES = Path(__file__).with_name("certificates.py")
TOKENS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
ENDS = ("master", "volume", "filer", "s3", "client")


def renew_security(folder: Path, account: Account) -> None:
    """New certificates and token keys for the coming start; none of an earlier one is of use."""
    tls = private_folder(folder / "tls", account)
    children.run(_certificates(tls, account))
    tokens = "".join(f'[{name}]\nkey = "{secrets.token_urlsafe(32)}"\n' for name in TOKENS)
    write_private(folder / "security.toml", tokens + _grpc(tls), account)


def _certificates(tls: Path, account: Account) -> Program:
    return Program(
        name="making certificates",
        command=[sys.executable, "-I", str(CERTIFICATES), str(tls)],
        folder=tls,
        log=None,
        account=account,
    )


def _grpc(tls: Path) -> str:
    shown = f"cert = {_quoted(tls / 'store.crt')}\nkey = {_quoted(tls / 'store.key')}\n"
    ends = "".join(f"[grpc.{end}]\n{shown}" for end in ENDS)
    return f"[grpc]\nca = {_quoted(tls / 'ca.crt')}\n{ends}"


def _quoted(path: Path) -> str:
    """A basic string of TOML."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
