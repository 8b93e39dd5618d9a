"""The ways in which a run stops before it can judge, each with a sentence for the person who can fix it."""


class UsageError(Exception):
    """Bad input: the message says what is wrong, where (file, key, value) and what to do. Exit code 2."""


class VoidError(Exception):
    """Nothing can be judged: the message names the cause and the key to change. Exit code 3."""


class StateUnavailable(Exception):  # noqa: N818 - an answer of a source, not an error
    """A state is not available; the message says which and why."""


class NotOffered(StateUnavailable):
    """A source cannot give a state, and says why: the next source is asked for it."""


class InternalError(Exception):
    """An error of orderproof itself: the message is its traceback, without the target's secrets. Exit code 3."""
