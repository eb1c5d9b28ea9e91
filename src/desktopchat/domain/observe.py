"""Telling others that something changed, without knowing them and without Qt."""

from collections.abc import Callable
from typing import Generic, TypeVarTuple

Args = TypeVarTuple("Args")


class Signal(Generic[*Args]):
    """A list of callbacks, called in order on the emitting thread.

    An exception in one callback does not keep the others from being told: it is raised once all were called.
    """

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        self._callbacks: list[Callable[[*Args], object]] = []

    def connect(self, callback: Callable[[*Args], object]) -> Callable[[], None]:
        """Adds `callback`; the returned function takes it off again (and may be called twice)."""
        self._callbacks.append(callback)

        def disconnect() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return disconnect

    def emit(self, *args: *Args) -> None:
        errors: list[Exception] = []
        for callback in tuple(self._callbacks):
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001 - re-raised below
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup("several observers failed", errors)
