"""The ways in which a run stops before it can judge, each a sentence for the person who can mend it."""


class UsageError(Exception):
    """Bad input: the message says what is wrong, where (file, key, value) and what to do. Exit code 2."""


class VoidError(Exception):
    """Nothing can be judged: the message names the cause and the key to change. Exit code 3."""


class StateUnavailable(Exception):  # noqa: N818 - it is an answer of a source, not an error of ours
    """A state could not be had; the message says which and why."""
