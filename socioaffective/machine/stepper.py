"""Stepper: Dormand and Prince's method of order 5, each lane a person with a step size of their own."""

import numpy as np
from numba import njit

from socioaffective.machine.lanes import WIDTH, choose, greatest, least, load, magnitude, root, store

# An example of what is written from a model: decay. All that follows the line below is put behind the model's own.
STATES, SETTINGS, EVENTS = 1, 0, 0


@njit
def rates(w, y, p, r):
    store(w, r, -load(w, y))


@njit
def measures(w, y, p, r):
    pass


# The method.
# A lane's outcome: what `failed` holds for a person.
DONE, NO_NUMBER, TOO_MANY, TOO_SMALL = 0, 1, 2, 3
# Places in a workspace: a row of lanes for each state, then for each setting, then single rows.
ROWS = STATES * WIDTH
Y, NEW, SPARE, SHOWN = 0, ROWS, 2 * ROWS, 3 * ROWS
K1, K2, K3, K4, K5, K6, K7 = (k * ROWS for k in range(4, 11))
C2, C3, C4, C5 = (k * ROWS for k in range(11, 15))
P = 15 * ROWS
H = P + SETTINGS * WIDTH
ERROR, GROWTH, TAKEN, SHARE = H + WIDTH, H + 2 * WIDTH, H + 3 * WIDTH, H + 4 * WIDTH
G_OLD, G_NEW = H + 5 * WIDTH, H + (5 + EVENTS) * WIDTH
LOW, HIGH, SIGN = (H + (5 + k * EVENTS) * WIDTH for k in (2, 3, 4))
SIZE = H + (5 + 5 * EVENTS) * WIDTH
# Within a step an event is looked for at so many places.
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
    for j in range(0, ROWS, WIDTH):
        slope = 71 / 57600 * load(w, K1 + j) - 71 / 16695 * load(w, K3 + j) + 71 / 1920 * load(w, K4 + j)
        slope = slope - 17253 / 339200 * load(w, K5 + j) + 22 / 525 * load(w, K6 + j) - 1 / 40 * load(w, K7 + j)
        size = floors[j // WIDTH] + relative * greatest(magnitude(load(w, Y + j)), magnitude(load(w, NEW + j)))
        part = h * slope / size
        total = total + part * part
    square = total * (1 / STATES)
    store(w, ERROR, square)
    # The error to the power -3/16, from roots alone: a little more careful than the usual -1/5.
    sixteenth = root(root(root(root(square))))
    store(w, GROWTH, least(greatest(0.9 / (sixteenth * root(sixteenth)), 0.2), 5.0))


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
def search(w, who, taken, begun, end, crossed):
    """Notes the events whose line was crossed within a step, by looking at some places and halving between two."""
    for look in range(1, LOOKS + 1):
        store(w, SHARE, look / LOOKS + 0.0 * load(w, H))
        between(w)
        measures(w, SHOWN, P, G_NEW)
        found = False
        for i in range(WIDTH):
            for e in range(EVENTS):
                old, new = w[G_OLD + e * WIDTH + i], w[G_NEW + e * WIDTH + i]
                w[SIGN + e * WIDTH + i] = 0.0
                if taken[i] and np.isnan(crossed[e, who[i]]) and (old * new < 0 or (new == 0 and old != 0)):
                    w[SIGN + e * WIDTH + i] = 1.0 if old > 0 else -1.0
                    w[LOW + e * WIDTH + i], w[HIGH + e * WIDTH + i] = (look - 1) / LOOKS, look / LOOKS
                    found = True
                w[G_OLD + e * WIDTH + i] = new if taken[i] else old
        for e in range(EVENTS if found else 0):
            halve(w, e)
            for i in range(WIDTH):
                when = begun[i] + w[H + i] * w[HIGH + e * WIDTH + i]
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
def zeros():
    return np.zeros(WIDTH, np.int64)


@njit
def keep(w, row, i, out, person, k):
    for j in range(STATES):
        out[j, person, k] = w[row + j * WIDTH + i]


@njit
def change(w, i, stop, reach, what, value):
    """Sets the states and settings of a lane that are set at a stop."""
    for c in range(reach[stop], reach[stop + 1]):
        w[(Y if what[c] < STATES else P - ROWS) + what[c] * WIDTH + i] = value[c]


@njit(nogil=True, cache=True, error_model="numpy")
def integrate(start, settings, times, stops, reach, what, value, floors, relative, most, out, failed, crossed):
    """Integrates people from their start values, shape (states, people), with their settings, shape (settings, people).

    `stops` are times at which something is set (`what`, numbered states first, to `value`, from `reach[stop]` on), the last
    one the end. Fills `out`, shape (states, people, times), `failed` by person and `crossed`, shape (events, people).
    """
    people, instants = start.shape[1], times.size
    w = np.zeros(SIZE)
    who, due, stop, tries, code = zeros(), zeros(), zeros(), zeros(), zeros()
    taken, fresh, ready = zeros() > 0, zeros() > 0, zeros() > 0
    now, then, wish = np.zeros(WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
    following, busy = 0, 0
    who[:] = -1
    while True:
        for i in range(WIDTH):
            if who[i] < 0 and following < people:
                who[i], due[i], stop[i], tries[i], code[i] = following, 0, 0, 0, DONE
                now[i], wish[i] = times[0], 0.0
                following, busy, fresh[i] = following + 1, busy + 1, True
                for j in range(STATES):
                    w[Y + j * WIDTH + i] = start[j, who[i]]
                for j in range(SETTINGS):
                    w[P + j * WIDTH + i] = settings[j, who[i]]
                for e in range(EVENTS):
                    w[G_OLD + e * WIDTH + i] = np.nan
                if stops[0] <= now[i]:
                    change(w, i, 0, reach, what, value)
                    stop[i] = 1
        if busy == 0:
            return
        if fresh.any():
            rates(w, Y, P, K2)
            measures(w, Y, P, G_NEW)
            for i in range(WIDTH):
                if not fresh[i]:
                    continue
                fresh[i] = False
                for j in range(STATES):
                    w[K1 + j * WIDTH + i] = w[K2 + j * WIDTH + i]
                watch(w, i, who[i], now[i], crossed)
                if times[due[i]] <= now[i]:
                    keep(w, Y, i, out, who[i], due[i])
                    due[i] += 1
                length = first_step(w, i, floors, relative)
                if not length < np.inf:
                    code[i] = NO_NUMBER
                elif wish[i] == 0:
                    wish[i] = length
        over = False
        for i in range(WIDTH):
            if who[i] >= 0 and (due[i] == instants or code[i] != DONE):
                failed[who[i]] = DONE if due[i] == instants else code[i]
                for k in range(due[i], instants):
                    for j in range(STATES):
                        out[j, who[i], k] = np.nan
                who[i], busy, over = -1, busy - 1, True
        if over:
            continue
        for i in range(WIDTH):
            w[H + i] = 0.0
            if who[i] >= 0:
                end = stops[stop[i]]
                then[i] = now[i] + wish[i]
                if then[i] > end - 1e-3 * wish[i]:
                    then[i] = end
                w[H + i] = then[i] - now[i]
        stages(w, floors, relative)
        for i in range(WIDTH):
            taken[i] = who[i] >= 0 and w[ERROR + i] <= 1.0
            w[TAKEN + i] = 1.0 if taken[i] else 0.0
        interpolation(w)
        while True:
            showing = False
            for i in range(WIDTH):
                ready[i] = taken[i] and due[i] < instants and times[due[i]] < then[i]
                w[SHARE + i] = (times[due[i]] - now[i]) / w[H + i] if ready[i] else 0.0
                showing |= ready[i]
            if not showing:
                break
            between(w)
            for i in range(WIDTH):
                if ready[i]:
                    keep(w, SHOWN, i, out, who[i], due[i])
                    due[i] += 1
        if EVENTS > 0:
            search(w, who, taken, now, times[-1], crossed)
        accepted = load(w, TAKEN) > 0.5
        for j in range(0, ROWS, WIDTH):
            store(w, Y + j, choose(accepted, load(w, NEW + j), load(w, Y + j)))
            store(w, K1 + j, choose(accepted, load(w, K7 + j), load(w, K1 + j)))
        for i in range(WIDTH):
            if who[i] < 0:
                continue
            tries[i] += 1
            if not taken[i]:
                wish[i] = w[H + i] * (min(w[GROWTH + i], 0.9) if w[ERROR + i] > 1.0 else 0.2)
                if wish[i] < 1e-14 * (1.0 + abs(now[i])):
                    code[i] = TOO_SMALL
            else:
                now[i] = then[i]
                if now[i] == stops[stop[i]]:
                    # A step that was cut short by a stop says nothing against a longer one.
                    wish[i] = max(wish[i], w[H + i] * w[GROWTH + i])
                    change(w, i, stop[i], reach, what, value)
                    stop[i] += 1
                    fresh[i] = True
                else:
                    wish[i] = w[H + i] * w[GROWTH + i]
                    if due[i] < instants and times[due[i]] <= now[i]:
                        keep(w, Y, i, out, who[i], due[i])
                        due[i] += 1
            if tries[i] >= most:
                code[i] = TOO_MANY
