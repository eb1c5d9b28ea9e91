"""Things of known heights above each other: where each one is, and which one is where. Numbers only."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Column:
    """Heights in pixels; positions are worked out from the first changed one on, when somebody asks."""

    def __init__(self, heights: Sequence[int] = ()) -> None:
        self._heights = list(heights)
        self._tops: list[int] = [0]
        """tops[i] is where i begins; one more than heights, if all are worked out."""

    def __len__(self) -> int:
        return len(self._heights)

    def height(self, index: int) -> int:
        return self._heights[index]

    def set(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            del self._tops[index + 1 :]

    def splice(self, start: int, stop: int, heights: Sequence[int]) -> None:
        """Replaces the heights of start … stop-1."""
        self._heights[start:stop] = heights
        del self._tops[start + 1 :]

    def append(self, height: int) -> None:
        self._heights.append(height)

    def top(self, index: int) -> int:
        """Where `index` begins; for the number of things: where the last one ends."""
        self._work_out()
        return self._tops[index]

    @property
    def total(self) -> int:
        self._work_out()
        return self._tops[-1]

    def at(self, y: float) -> int:
        """The index of what is at `y`, or of the nearest; 0 if there is nothing."""
        self._work_out()
        return min(max(bisect_right(self._tops, y) - 1, 0), max(len(self._heights) - 1, 0))

    def _work_out(self) -> None:
        known = len(self._tops) - 1
        if known < len(self._heights):
            first = self._tops.pop()
            self._tops.extend(accumulate(self._heights[known:], initial=first))
