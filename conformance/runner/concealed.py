"""What an error says of a target, without its secrets."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from orderproof.conformance.config.secret_values import secrets_of
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import InternalError, UsageError, VoidError
from orderproof.reports.redaction.masking import Masker


@contextmanager
def concealed(target: Target) -> Iterator[None]:
    """Mask the target's secrets in errors: their messages are printed, and the traceback of ours is sent to us."""
    masker = Masker(secrets_of(target))
    try:
        yield
    except (UsageError, VoidError) as error:
        error.args = (masker.mask_message(str(error)),)
        raise
    except OSError:
        # Only the name of its file is shown.
        raise
    except Exception:
        raise InternalError(masker.mask_message(traceback.format_exc())) from None
