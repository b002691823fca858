"""clock.py -- times: milliseconds since 1970, their text, and the wall clock of a zone.

A window is aligned on a wall clock; that of TIMESTAMP is the column itself, that of TIMESTAMP_LTZ the
session zone's.
"""
import datetime
import zoneinfo

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
NEVER = float("-inf")
_EPOCH = datetime.datetime(1970, 1, 1)


def text_of(ms):
    return (_EPOCH + datetime.timedelta(milliseconds=ms)).isoformat(" ", "milliseconds")


def interval(ms):
    """A duration in the largest unit that fits."""
    sign, n = "-" if ms < 0 else "", abs(ms)
    for unit, width in (("DAY", DAY), ("HOUR", HOUR), ("MINUTE", MINUTE)):
        if n > 0 and n % width == 0 and n // width < 100:
            return f"INTERVAL '{sign}{n // width}' {unit}"
    return f"INTERVAL '{sign}{n // 1000}.{n % 1000:03d}' SECOND"


class Clock:
    """zone None: the column's own wall clock."""

    def __init__(self, zone=None):
        self.name = zone
        self.zone = zoneinfo.ZoneInfo(zone) if zone else None

    def _offset(self, instant):
        at = datetime.datetime.fromtimestamp(instant // 1000, self.zone)
        return int(at.utcoffset().total_seconds()) * 1000

    def wall(self, instant):
        return instant + self._offset(instant) if self.zone else instant

    def instant(self, wall):
        """From here on the clock never shows less than wall: the later of two, the end of a gap."""
        if not self.zone:
            return wall
        low, high = wall - DAY, wall + DAY
        if self._offset(low) == self._offset(high):
            return wall - self._offset(low)
        before, after = self._offset(low), self._offset(high)
        while high - low > 1:  # the change of offset is at high
            middle = (low + high) // 2
            if self._offset(middle) == before:
                low = middle
            else:
                high = middle
        if wall - after >= high:
            return wall - after
        return min(wall - before, high)

    def last(self, end):
        """A window's last instant: it is over when the watermark is there."""
        return self.instant(end) - 1
