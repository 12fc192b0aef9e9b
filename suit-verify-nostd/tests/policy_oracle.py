#!/usr/bin/env python3
"""What Python's zoneinfo says about local clocks: the expectations of policy_calendar.rs and policy.rs.

    python3 suit-verify-nostd/tests/policy_oracle.py >suit-verify-nostd/tests/policy_oracle.txt

Written with Python 3.11 and tzdata 2025b. CI doesn't repeat it: tzdata changes whenever a parliament wants it to. Nothing
here knows rules of time zones or does arithmetic with them; every second is looked at by itself.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# One zone for each rule that tzdata 2025b has for the future; others differ from these in their offset only. With Gaza, Cairo
# and Nuuk there are times that are negative or beyond a day, with Dublin a winter time that is the exception, with Lord Howe
# one of half an hour, with Troll one of two hours.
RULES = {
    "Antarctica/Troll": "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "Pacific/Norfolk": "<+11>-11<+12>,M10.1.0,M4.1.0/3",
    "Pacific/Chatham": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "Atlantic/Azores": "<-01>1<+00>,M3.5.0/0,M10.5.0/1",
    "America/Nuuk": "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "America/Miquelon": "<-03>3<-02>,M3.2.0,M11.1.0",
    "America/Santiago": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "Pacific/Easter": "<-06>6<-05>,M9.1.6/22,M4.1.6/22",
    "Australia/Adelaide": "ACST-9:30ACDT,M10.1.0,M4.1.0/3",
    "Australia/Sydney": "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "America/Havana": "CST5CDT,M3.2.0/0,M11.1.0/1",
    "Asia/Gaza": "EET-2EEST,M3.4.4/50,M10.4.4/50",
    "Asia/Beirut": "EET-2EEST,M3.5.0/0,M10.5.0/0",
    "Europe/Kyiv": "EET-2EEST,M3.5.0/3,M10.5.0/4",
    "Africa/Cairo": "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "Asia/Jerusalem": "IST-2IDT,M3.4.4/26,M10.5.0",
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
    "Pacific/Auckland": "NZST-12NZDT,M9.5.0,M4.1.0/3",
}

# Years in which no zone has anything but its rule; 2100 is no leap year, 2400 is one.
YEARS = [2099, 2100, 2101, 2400, 9998]

# Around changes of clocks: zone, first day, days. North and south, forward and back.
SPANS = [
    ("Europe/Berlin", (2026, 3, 27), 4),
    ("Europe/Berlin", (2026, 10, 23), 4),
    ("Australia/Sydney", (2026, 4, 3), 4),
    ("Australia/Sydney", (2026, 10, 2), 4),
    ("America/Santiago", (2026, 4, 3), 4),
    ("America/Santiago", (2026, 9, 4), 4),
    ("Australia/Lord_Howe", (2026, 4, 3), 4),
    ("Europe/Dublin", (2026, 10, 23), 4),
    ("America/Nuuk", (2026, 3, 27), 4),
    ("America/Nuuk", (2026, 10, 23), 4),
]

# Blackout windows: from, to (hhmm), days of the week on which they begin (0 is Sunday).
WINDOWS = [
    [(130, 245, "0123456")],
    [(2200, 600, "56")],
    [(0, 100, "0"), (2230, 2330, "6")],
    [(0, 0, "6")],
    [(100, 210, "0"), (205, 315, "0"), (2315, 30, "6")],
]


def utc(*when):
    return int(datetime(*when, tzinfo=timezone.utc).timestamp())


def seconds(hhmm):
    return hhmm // 100 * 3600 + hhmm % 100 * 60


def wall(zone, instant):
    return datetime.fromtimestamp(instant, zone).replace(tzinfo=None)


def weekday(date):
    return (date.weekday() + 1) % 7


def of_day(time):
    return time.hour * 3600 + time.minute * 60 + time.second


def in_window(time, window):
    """As one would read it from a calendar on the wall: today's window, or the rest of yesterday's."""
    begin, end, days = seconds(window[0]), seconds(window[1]), window[2]
    today, yesterday = weekday(time), (weekday(time) + 6) % 7
    now = of_day(time)
    if begin < end:
        return str(today) in days and begin <= now < end
    return (str(today) in days and begin <= now) or (str(yesterday) in days and now < end)


def flips(states):
    """The first state, and the instants at which it changes."""
    first, last, instants = None, None, []
    for instant, state in states:
        if first is None:
            first = state
        elif state != last:
            instants.append(str(instant))
        last = state
    return " ".join([str(int(first))] + instants)


def came(furthest, value):
    before = furthest[0][1]
    day = before.date() if of_day(before) >= value else None
    for instant, shown in furthest:
        passed = (shown - timedelta(seconds=value)).date() - (before - timedelta(seconds=value)).date()
        if passed:
            day = shown.date()
        before = shown
        yield instant, shown.date() == day


def changes(zone, year):
    """Each second of a change of clocks in a year, searched for between hours that differ."""
    step = 3600
    for hour in range(utc(year, 1, 1), utc(year + 1, 1, 1), step):
        before, after = (datetime.fromtimestamp(t, zone).utcoffset() for t in (hour, hour + step))
        if before != after:
            low, high = hour, hour + step
            while high - low > 1:
                middle = (low + high) // 2
                if datetime.fromtimestamp(middle, zone).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            yield high, int(after.total_seconds())


for name, rule in RULES.items():
    zone = ZoneInfo(name)
    for year in YEARS:
        found = " ".join(f"{instant} {offset}" for instant, offset in changes(zone, year))
        print(f"changes|{rule}|{year}|{found}")

for name, first, days in SPANS:
    zone, rule = ZoneInfo(name), RULES[name]
    start = utc(*first)
    walls = [(t, wall(zone, t)) for t in range(start, start + days * 86400)]
    for windows in WINDOWS:
        text = ",".join(f"{seconds(b)}-{seconds(e)}/{d}" for b, e, d in windows)
        blocked = flips((t, any(in_window(time, w) for w in windows)) for t, time in walls)
        print(f"window|{rule}|{start}|{start + days * 86400}|{text}|{blocked}")
    # Wait events: what clocks have shown stays shown. A time of day comes when they pass it, and holds to the end of that
    # day. At the beginning, far from all changes, it holds if it is not later than what clocks show.
    shown, furthest = walls[0][1], []
    for t, time in walls:
        shown = max(shown, time)
        furthest.append((t, shown))
    for value in [1, 7200, 9000, 10799, 10800, 82800, 84600, 86399]:
        held = flips(came(furthest, value))
        print(f"time-of-day|{rule}|{start}|{start + days * 86400}|{value}|{held}")
    for value in [0, 6]:
        held = flips((t, weekday(time) == value) for t, time in furthest)
        print(f"day-of-week|{rule}|{start}|{start + days * 86400}|{value}|{held}")
