"""Addresses of databases, and texts that hold them: a password is used, and never shown."""

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from detector.errors import SourceError

__all__ = ["PostgresAddress", "file_of", "masked", "postgres_address", "scheme_of"]

_SCHEME = re.compile(r"(postgres|postgresql|sqlite|duckdb)://", re.IGNORECASE)
_USER_PASSWORD = re.compile(r"(://[^\s:@/]*:)\S*@")  # to the last @: a password may hold one
_PASSWORD_OPTION = re.compile(r"((?:[?&\s]|^)(?:ssl)?password=)[^\s&]*", re.IGNORECASE)
_HIDDEN = "***"
_SECRET = ("password", "sslpassword")


def scheme_of(address: object) -> str | None:
    """``postgresql``, ``sqlite`` or ``duckdb`` when an address names a database, else None.

    >>> scheme_of("postgres://db.example/stats"), scheme_of("accounts.csv")
    ('postgresql', None)
    """
    found = _SCHEME.match(address) if isinstance(address, str) else None
    if found is None:
        return None
    return "postgresql" if found[1].lower() == "postgres" else found[1].lower()


def file_of(address: str) -> str:
    """The path in ``sqlite:///path`` (from the current folder) or ``sqlite:////path`` (from the root)."""
    rest = address.split("://", 1)[1]
    return rest.removeprefix("/")


def masked(text: str) -> str:
    """The text with the passwords of all addresses in it hidden.

    >>> masked("cannot read postgresql://me:s3cret@db/stats?sslmode=require")
    'cannot read postgresql://me:***@db/stats?sslmode=require'
    """
    if "@" not in text and "password=" not in text.lower():
        return text
    return _PASSWORD_OPTION.sub(rf"\1{_HIDDEN}", _USER_PASSWORD.sub(rf"\1{_HIDDEN}@", text))


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a PostgreSQL database is.

    Attributes
    ----------
    uri : str
        For the driver alone: it may hold a password, and is in no repr.
    shown : str
        For messages: host, port and name of the database.
    secrets : tuple of str
        Passwords that stood in the address.
    """

    uri: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def hide(self, text: str) -> str:
        """A text of the driver's without the passwords."""
        for secret in self.secrets:
            text = text.replace(secret, _HIDDEN) if len(secret) > 3 else text
        return masked(text)


def postgres_address(address: str) -> PostgresAddress:
    """Take an address apart, and write it anew so that no sign of a password is taken for something else.

    A short time limit for connecting and a name for the server's list of connections are added. What the address
    leaves out, the driver takes from PGHOST, PGUSER, PGPASSWORD, PGSERVICE and the like, or a password file.

    Raises
    ------
    SourceError
        It cannot be taken apart.
    """
    try:
        parts = urlsplit(address)
        user_password, at, hosts = parts.netloc.rpartition("@")
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise SourceError(
            "The address of the database cannot be taken apart. Write it as postgresql://user@host:5432/database, and "
            "give the password in PGPASSWORD or a password file."
        ) from error
    user, colon, password = (unquote(part) for part in user_password.partition(":"))
    secrets = [password, *(value for name, value in options.items() if name.lower() in _SECRET)]
    options = {"fallback_application_name": "detector", **options}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        options = {"connect_timeout": "10", **options}
    who = quote(user, safe="") + (colon and ":" + quote(password, safe="")) + at
    uri = f"postgresql://{who}{hosts}{parts.path}?{urlencode(options, quote_via=quote)}"
    shown = f"postgresql://{hosts}{parts.path}" if hosts or parts.path.strip("/") else "postgresql://"
    return PostgresAddress(uri, shown, tuple(secret for secret in secrets if secret))
