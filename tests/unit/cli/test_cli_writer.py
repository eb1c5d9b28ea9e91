import threading

from desktopchat.cli.writer import Writer


class Slow:
    """A pipe that takes a few bytes at a time, now and then nothing, and waits where it is told to."""

    def __init__(self) -> None:
        self.taken = b""
        self.open = threading.Event()
        self.calls = 0

    def write(self, data: bytes, /) -> int | None:
        self.open.wait(10)
        self.calls += 1
        if self.calls % 5 == 0:
            return None
        self.taken += data[:3]
        return len(data[:3])


class Gone:
    def write(self, data: bytes, /) -> int | None:
        raise BrokenPipeError


def test_pieces_are_written_whole_and_in_order_by_a_slow_reader() -> None:
    raw, errors = Slow(), list[OSError]()
    writer = Writer(raw, errors.append)
    for piece in (b"one ", b"two ", b"three"):
        writer.write(piece)
    raw.open.set()
    assert writer.close(10)
    assert raw.taken == b"one two three"
    assert errors == []


def test_a_reader_that_sleeps_holds_up_neither_writing_nor_the_end() -> None:
    raw = Slow()
    writer = Writer(raw, lambda _error: None)
    writer.write(b"something")
    assert not writer.close(0.05)
    raw.open.set()


def test_a_reader_that_has_gone_is_told_once_and_the_rest_is_dropped() -> None:
    errors: list[OSError] = []
    writer = Writer(Gone(), errors.append)
    writer.write(b"one")
    writer.write(b"two")
    assert not writer.close(10)
    assert len(errors) == 1
    assert isinstance(writer.error, BrokenPipeError)
