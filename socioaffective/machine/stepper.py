"""Stepper: Dormand and Prince's method of order 5, each lane a person with a step size of their own."""

import numpy as np
from numba import njit

from socioaffective.machine.lanes import WIDTH, choose, greatest, least, load, magnitude, rough_power, some, store
from socioaffective.machine.running import NO_NUMBER, TOO_MANY, TOO_SMALL

# An example of what is written from a model: decay. All that follows the line below is put behind the model's own.
STATES, SETTINGS, CONSTANTS, EVENTS, POINTS = 1, 0, 0, 0, 500


@njit
def prepare(w, p):
    pass


@njit
def rates(w, y, p, r):
    store(w, r, -load(w, y))


@njit
def measures(w, y, p, r):
    pass


# The method.
DONE = 0
# Places in a workspace: a row of lanes for each state, then for each setting and constant, then single rows.
ROWS = STATES * WIDTH
Y, NEW, SPARE, SHOWN = 0, ROWS, 2 * ROWS, 3 * ROWS
K1, K2, K3, K4, K5, K6, K7 = (k * ROWS for k in range(4, 11))
C2, C3, C4, C5 = (k * ROWS for k in range(11, 15))
P = 15 * ROWS
H = P + (SETTINGS + CONSTANTS) * WIDTH
ERROR, GROWTH, SHARE, NOW, THEN, WISH, END, DUE, TRIES, BUSY, TAKEN, LOOKED = (H + k * WIDTH for k in range(1, 13))
G_OLD, G_NEW, LOW, HIGH, SIGN = (H + (13 + k * EVENTS) * WIDTH for k in range(5))
SIZE = H + (13 + 5 * EVENTS) * WIDTH
# Within a step an event is looked for at so many places, or at more where a run that is drawn has more points there.
LOOKS = 4


@njit
def stages(w, floors, relative):
    """Takes a step in every lane, from Y to NEW, and leaves the slopes, the error and how much the step may grow."""
    h = load(w, H)
    for j in range(0, ROWS, WIDTH):
        store(w, SPARE + j, load(w, Y + j) + h * (1 / 5) * load(w, K1 + j))
    rates(w, SPARE, P, K2)
    for j in range(0, ROWS, WIDTH):
        store(w, SPARE + j, load(w, Y + j) + h * (3 / 40 * load(w, K1 + j) + 9 / 40 * load(w, K2 + j)))
    rates(w, SPARE, P, K3)
    for j in range(0, ROWS, WIDTH):
        slope = 44 / 45 * load(w, K1 + j) - 56 / 15 * load(w, K2 + j) + 32 / 9 * load(w, K3 + j)
        store(w, SPARE + j, load(w, Y + j) + h * slope)
    rates(w, SPARE, P, K4)
    for j in range(0, ROWS, WIDTH):
        slope = 19372 / 6561 * load(w, K1 + j) - 25360 / 2187 * load(w, K2 + j) + 64448 / 6561 * load(w, K3 + j)
        store(w, SPARE + j, load(w, Y + j) + h * (slope - 212 / 729 * load(w, K4 + j)))
    rates(w, SPARE, P, K5)
    for j in range(0, ROWS, WIDTH):
        slope = 9017 / 3168 * load(w, K1 + j) - 355 / 33 * load(w, K2 + j) + 46732 / 5247 * load(w, K3 + j)
        slope = slope + 49 / 176 * load(w, K4 + j) - 5103 / 18656 * load(w, K5 + j)
        store(w, SPARE + j, load(w, Y + j) + h * slope)
    rates(w, SPARE, P, K6)
    for j in range(0, ROWS, WIDTH):
        slope = 35 / 384 * load(w, K1 + j) + 500 / 1113 * load(w, K3 + j) + 125 / 192 * load(w, K4 + j)
        slope = slope - 2187 / 6784 * load(w, K5 + j) + 11 / 84 * load(w, K6 + j)
        store(w, NEW + j, load(w, Y + j) + h * slope)
    rates(w, NEW, P, K7)
    total = h * 0.0
    # Two states share a division.
    for j in range(0, ROWS - WIDTH, 2 * WIDTH):
        one, other = tolerance(w, j, floors, relative), tolerance(w, j + WIDTH, floors, relative)
        inverse = h / (one * other)
        first, second = slip(w, j) * other * inverse, slip(w, j + WIDTH) * one * inverse
        total = total + first * first + second * second
    if STATES % 2:
        last = h * slip(w, ROWS - WIDTH) / tolerance(w, ROWS - WIDTH, floors, relative)
        total = total + last * last
    square = total * (1 / STATES)
    store(w, ERROR, square)
    store(w, GROWTH, least(greatest(0.9 * rough_power(square, -0.1), 0.2), 5.0))


@njit
def slip(w, j):
    """Returns the difference of the slopes of order 5 and 4."""
    slope = 71 / 57600 * load(w, K1 + j) - 71 / 16695 * load(w, K3 + j) + 71 / 1920 * load(w, K4 + j)
    return slope - 17253 / 339200 * load(w, K5 + j) + 22 / 525 * load(w, K6 + j) - 1 / 40 * load(w, K7 + j)


@njit
def tolerance(w, j, floors, relative):
    """Returns the error that a state may have."""
    return floors[j // WIDTH] + relative * greatest(magnitude(load(w, Y + j)), magnitude(load(w, NEW + j)))


@njit
def interpolation(w):
    """Leaves the coefficients of the polynomial of order 4 between Y and NEW."""
    h = load(w, H)
    for j in range(0, ROWS, WIDTH):
        ahead = load(w, NEW + j) - load(w, Y + j)
        bend = h * load(w, K1 + j) - ahead
        store(w, C2 + j, ahead)
        store(w, C3 + j, bend)
        store(w, C4 + j, ahead - h * load(w, K7 + j) - bend)
        slope = -12715105075 / 11282082432 * load(w, K1 + j) + 87487479700 / 32700410799 * load(w, K3 + j)
        slope = slope - 10690763975 / 1880347072 * load(w, K4 + j) + 701980252875 / 199316789632 * load(w, K5 + j)
        slope = slope - 1453857185 / 822651844 * load(w, K6 + j) + 69997945 / 29380423 * load(w, K7 + j)
        store(w, C5 + j, h * slope)


@njit
def between(w):
    """Leaves in SHOWN the states a SHARE of the way from Y to NEW."""
    s = load(w, SHARE)
    left = 1.0 - s
    for j in range(0, ROWS, WIDTH):
        inner = load(w, C3 + j) + s * (load(w, C4 + j) + left * load(w, C5 + j))
        store(w, SHOWN + j, load(w, Y + j) + s * (load(w, C2 + j) + left * inner))


@njit
def first_step(w, i, floors, relative):
    """Returns a length for the first step of a lane, from its size and its slope; NaN where either is no number."""
    size, slope = 0.0, 0.0
    for j in range(STATES):
        y, scale = w[Y + j * WIDTH + i], floors[j] + relative * abs(w[Y + j * WIDTH + i])
        size += (y / scale) ** 2
        slope += (w[K1 + j * WIDTH + i] / scale) ** 2
    if not (size < np.inf and slope < np.inf):
        return np.nan
    return 1e-6 if size < 1e-10 or slope < 1e-10 else 0.01 * np.sqrt(size / slope)


@njit
def watch(w, i, person, now, crossed):
    """Notes the events whose line a lane stands on, or has jumped over since G_OLD, and begins to measure from here."""
    for e in range(EVENTS):
        old, new = w[G_OLD + e * WIDTH + i], w[G_NEW + e * WIDTH + i]
        if np.isnan(crossed[e, person]) and (old * new < 0 or new == 0):
            crossed[e, person] = now
        w[G_OLD + e * WIDTH + i] = new


@njit
def search(w, who, end, apart, crossed):
    """Notes the events whose line was crossed within a step, by looking at some places and halving between two."""
    looks = LOOKS
    for i in range(WIDTH):
        w[LOOKED + i] = max(LOOKS, np.ceil(w[H + i] / apart)) if w[TAKEN + i] > 0 else 1.0
        looks = max(looks, int(w[LOOKED + i]))
    for look in range(1, looks + 1):
        store(w, SHARE, least(look / load(w, LOOKED), 1.0))
        between(w)
        measures(w, SHOWN, P, G_NEW)
        found = False
        for i in range(WIDTH):
            looking = w[TAKEN + i] > 0 and look <= w[LOOKED + i]
            for e in range(EVENTS):
                w[SIGN + e * WIDTH + i] = 0.0
                if not looking:
                    continue
                old, new = w[G_OLD + e * WIDTH + i], w[G_NEW + e * WIDTH + i]
                if np.isnan(crossed[e, who[i]]) and (old * new < 0 or (new == 0 and old != 0)):
                    w[SIGN + e * WIDTH + i] = 1.0 if old > 0 else -1.0
                    w[LOW + e * WIDTH + i], w[HIGH + e * WIDTH + i] = (look - 1) / w[LOOKED + i], look / w[LOOKED + i]
                    found = True
                w[G_OLD + e * WIDTH + i] = new
        for e in range(EVENTS if found else 0):
            halve(w, e)
            for i in range(WIDTH):
                when = w[NOW + i] + w[H + i] * w[HIGH + e * WIDTH + i]
                if w[SIGN + e * WIDTH + i] != 0 and when <= end:
                    crossed[e, who[i]] = when


@njit
def halve(w, e):
    """Narrows the interval in which an event's line is crossed, in every lane."""
    for _ in range(45):
        low, high = load(w, LOW + e * WIDTH), load(w, HIGH + e * WIDTH)
        middle = 0.5 * (low + high)
        store(w, SHARE, middle)
        between(w)
        measures(w, SHOWN, P, G_NEW)
        before = load(w, G_NEW + e * WIDTH) * load(w, SIGN + e * WIDTH) > 0.0
        store(w, LOW + e * WIDTH, choose(before, middle, low))
        store(w, HIGH + e * WIDTH, choose(before, high, middle))


@njit
def keep(w, row, i, times, due, person, out):
    """Puts the states of a lane where they are due, and notes what is due next."""
    # Held in a variable: the processor cannot know that what is written to `out` leaves `due` alone.
    k = due[i]
    for j in range(STATES):
        out[person, k, j] = w[row + j * WIDTH + i]
    k += 1
    due[i] = k
    w[DUE + i] = times[k] if k < times.size else np.inf


@njit
def change(w, i, stop, reach, what, value):
    """Sets the states and settings of a lane that are set at a stop."""
    for c in range(reach[stop], reach[stop + 1]):
        w[(Y if what[c] < STATES else P - ROWS) + what[c] * WIDTH + i] = value[c]


@njit
def begin(w, i, person, start, settings):
    """Puts a person into a lane."""
    for j in range(STATES):
        w[Y + j * WIDTH + i] = start[j, person]
    for j in range(SETTINGS):
        w[P + j * WIDTH + i] = settings[j, person]
    for e in range(EVENTS):
        w[G_OLD + e * WIDTH + i] = np.nan
    w[WISH + i], w[TRIES + i], w[BUSY + i] = 0.0, 0.0, 1.0


@njit
def attempt(w, times, due, who, floors, relative, most, apart, out, crossed):
    """Takes a step in every lane and shows what is due within it; returns whether a lane must be looked at by itself."""
    now, wish, end, busy = load(w, NOW), load(w, WISH), load(w, END), load(w, BUSY) > 0.5
    last = now + wish > end - 1e-3 * wish
    then = choose(last, end, now + wish)
    h = choose(busy, then - now, 0.0)
    store(w, H, h)
    store(w, THEN, then)
    stages(w, floors, relative)
    error, growth = load(w, ERROR), load(w, GROWTH)
    taken = busy & (error <= 1.0)
    store(w, TAKEN, choose(taken, 1.0, 0.0))
    showing = taken & (load(w, DUE) < then)
    if EVENTS > 0 or some(showing):
        interpolation(w)
    while some(showing):
        store(w, SHARE, choose(showing, (load(w, DUE) - now) / h, 0.0))
        between(w)
        for i in range(WIDTH):
            if w[TAKEN + i] > 0 and w[DUE + i] < w[THEN + i]:
                keep(w, SHOWN, i, times, due, who[i], out)
        showing = taken & (load(w, DUE) < then)
    if EVENTS > 0:
        search(w, who, times[-1], apart, crossed)
    for j in range(0, ROWS, WIDTH):
        store(w, Y + j, choose(taken, load(w, NEW + j), load(w, Y + j)))
        store(w, K1 + j, choose(taken, load(w, K7 + j), load(w, K1 + j)))
    # A step that was cut short by a stop says nothing against a longer one.
    grown = choose(last, greatest(wish, h * growth), h * growth)
    refused = h * choose(error > 1.0, least(growth, 0.9), 0.2)
    wish, now, tries = choose(taken, grown, refused), choose(taken, then, now), load(w, TRIES) + 1.0
    store(w, WISH, wish)
    store(w, NOW, now)
    store(w, TRIES, tries)
    early = (load(w, DUE) <= now) | (wish < 1e-14 * (1.0 + magnitude(now))) | (tries >= most)
    return some(busy & (early | (now >= end)))


@njit(nogil=True, cache=True, error_model="numpy")
def integrate(start, settings, times, stops, reach, what, value, floors, relative, most, out, failed, crossed):
    """Integrates people from their start values, shape (states, people), with their settings, shape (settings, people).

    `stops` are times at which something is set (`what`, numbered states first, to `value`, from `reach[stop]` on), the last
    one the end. Fills `out`, shape (people, times, states), `failed` by person and `crossed`, shape (events, people).
    """
    people, instants = start.shape[1], times.size
    w = np.zeros(SIZE)
    who, due, stop, code, fresh = np.zeros((5, WIDTH), np.int64)
    following, busy, apart = 0, 0, stops[-1] / POINTS
    who[:] = -1
    while True:
        for i in range(WIDTH):
            if who[i] < 0 and following < people:
                who[i], due[i], stop[i], code[i] = following, 0, 0, DONE
                following, busy, fresh[i] = following + 1, busy + 1, 1
                begin(w, i, who[i], start, settings)
                w[NOW + i], w[DUE + i] = times[0], times[0]
                if stops[0] <= times[0]:
                    change(w, i, 0, reach, what, value)
                    stop[i] = 1
        if busy == 0:
            return
        if fresh.any():
            prepare(w, P)
            rates(w, Y, P, K2)
            measures(w, Y, P, G_NEW)
        for i in range(WIDTH):
            if fresh[i]:
                fresh[i] = 0
                for j in range(STATES):
                    w[K1 + j * WIDTH + i] = w[K2 + j * WIDTH + i]
                watch(w, i, who[i], w[NOW + i], crossed)
                w[END + i] = stops[min(stop[i], stops.size - 1)]
                if w[DUE + i] <= w[NOW + i]:
                    keep(w, Y, i, times, due, who[i], out)
                length = first_step(w, i, floors, relative)
                if not length < np.inf:
                    code[i] = NO_NUMBER
                elif w[WISH + i] == 0:
                    w[WISH + i] = length
        over = False
        for i in range(WIDTH):
            if who[i] >= 0 and (due[i] == instants or code[i] != DONE):
                failed[who[i]] = DONE if due[i] == instants else code[i]
                out[who[i], due[i] :, :] = np.nan
                who[i], w[BUSY + i], busy, over = -1, 0.0, busy - 1, True
        if over:
            continue
        while not attempt(w, times, due, who, floors, relative, most, apart, out, crossed):
            pass
        for i in range(WIDTH):
            if who[i] < 0:
                continue
            if w[TRIES + i] >= most:
                code[i] = TOO_MANY
            elif w[WISH + i] < 1e-14 * (1.0 + abs(w[NOW + i])):
                code[i] = TOO_SMALL
            elif w[NOW + i] >= w[END + i]:
                change(w, i, stop[i], reach, what, value)
                stop[i] += 1
                fresh[i] = 1
            elif w[DUE + i] <= w[NOW + i]:
                keep(w, Y, i, times, due, who[i], out)
