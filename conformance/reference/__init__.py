"""The reference server: a correct, embedded implementation of the order API.

It is what the suite judges when no target is named, a sandbox for client developers, and, with one decision
overridden, a server that is wrong on purpose. It knows nothing of the checks.
"""
