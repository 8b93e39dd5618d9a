"""TLS settings of a target file: an authority of one's own, and a certificate by which the client is known."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from orderproof.conformance.errors import UsageError


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM format: authorities to trust besides the system's, the client's certificate, and its key."""

    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    def context(self) -> ssl.SSLContext:
        """The settings of every TLS connection. Raises `OSError`, or `ssl.SSLError`, for a file that cannot be used."""
        # It reads SSL_CERT_FILE and SSL_CERT_DIR in place of the system's authorities.
        made = ssl.create_default_context()
        if self.ca_file:
            made.load_verify_locations(self.ca_file)
        if self.client_cert:
            # Without a password a key that has one would be asked for on the terminal.
            made.load_cert_chain(self.client_cert, self.client_key, password="")
        return made


def checked_tls(tls: Tls, folder: Path, where: str) -> Tls:
    """The settings with their files found from `folder`. Raises `UsageError` that names the key."""
    if tls.client_key and not tls.client_cert:
        raise UsageError(
            f"{where}.client_key is given without client_cert; give both, or the key in client_cert's file"
        )
    files = {key: str(folder / value) for key in Tls.__slots__ if (value := getattr(tls, key))}
    for key, file in files.items():
        if not Path(file).is_file():
            raise UsageError(f"{where}.{key}: there is no file {file}; give its path, from the target file's folder on")
    found = Tls(**files)
    # One after the other, so that the message names the file that is wrong.
    for key, part in (("ca_file", Tls(found.ca_file)), ("client_cert", Tls(None, found.client_cert, found.client_key))):
        try:
            part.context()
        except (OSError, ValueError) as error:
            told = getattr(error, "reason", None) or error
            raise UsageError(f"{where}.{key}: {getattr(part, key)} cannot be used ({told}); give a PEM file") from None
    return found
