/* The ecosystem by hand: Dormand-Prince 5(4) for many people, each with their own steps, eight to a vector.
 *
 * A group holds eight people, one a lane: `y[state]` is one vector of eight numbers, and so are the time, the step and the
 * parameters in which people differ. A lane whose person is done takes the next one at once. After a step each person's
 * interpolant is evaluated for eight weeks at a time, which lie side by side on that person's page, (states, times). */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#ifdef __AVX512DQ__
#include <immintrin.h>
#endif

enum { LANES = 8, CHUNK = 16 };
typedef double v8 __attribute__((vector_size(64)));
typedef double v8u __attribute__((vector_size(64), aligned(8)));
typedef long v8l __attribute__((vector_size(64)));
typedef int v8i __attribute__((vector_size(32)));
#define INLINE static inline __attribute__((always_inline))
#define EACH(s) _Pragma("GCC unroll 11") for (int s = 0; s < STATES; s++)

enum { X, M, W, L, H, A, FA, C, FC, R, FR, STATES };

typedef struct {
    double steering, cues, accommodation, anchor, anchoring, influence, personalisation, target, steering_rate, decay, recovery,
        habituation, binding, loss, acquaintance, bridging, autonomy_gain, autonomy_loss, autonomy_strain, autonomy_relief,
        competence_gain, competence_loss, competence_strain, competence_relief, relatedness_gain, relatedness_loss,
        relatedness_strain, relatedness_relief, autonomy_of_own_time, autonomy_of_use, cost_of_pressure_to_use,
        autonomy_pressure, endorsement, competence_of_own_time, competence_of_practice, cost_of_ease, competence_pressure,
        warmth, isolation_cost, relatedness_pressure, access, appeal_of_fit, appeal_of_ease, appeal_of_leaning,
        appeal_of_liking, appeal_of_wanting, peak_of_appeal, baseline_appeal;
} Settings;

/* What the rates need of the settings that everybody shares, worked out once a run. */
typedef struct {
    double draw, chosen, steer, steer_target, anchor_pull, free, bind, use_c, ease_c, warm, alone;
    Settings s;
} Shared;

typedef struct {
    v8 y[STATES], k[7][STATES], t, h, most, sensitising, growth, closeness;
    long person[LANES];
    int next[LANES];
    double *page[LANES];
} Group;

typedef struct {
    long people, points, accepted, rejected;
    const double *ties, *sensitisation, *growth, *appeal, *start;
    double rtol, atol, *out;
    Shared shared;
    atomic_long taken;
} Task;

INLINE v8 all(double x) { return (v8){x, x, x, x, x, x, x, x}; }

#ifdef __AVX512DQ__
INLINE v8 choose(v8l mask, v8 a, v8 b) {
    return (v8)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)mask), (__m512d)b, (__m512d)a);
}
INLINE v8 least(v8 a, v8 b) { return (v8)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE v8 most(v8 a, v8 b) { return (v8)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE v8 size(v8 a) { return (v8)_mm512_abs_pd((__m512d)a); }
/* Fourteen bits are plenty for the size of an error. */
INLINE v8 inverse(v8 a) { return (v8)_mm512_rcp14_pd((__m512d)a); }
INLINE void stream(double *to, v8 a) { _mm512_stream_pd(to, (__m512d)a); }
#else
INLINE v8 choose(v8l mask, v8 a, v8 b) { return (v8)((mask & (v8l)a) | (~mask & (v8l)b)); }
INLINE v8 least(v8 a, v8 b) { return choose(a < b, a, b); }
INLINE v8 most(v8 a, v8 b) { return choose(a > b, a, b); }
INLINE v8 size(v8 a) { return (v8)((v8l)a & 0x7fffffffffffffffL); }
INLINE v8 inverse(v8 a) { return 1.0 / a; }
INLINE void stream(double *to, v8 a) { *(v8 *)to = a; }
#endif

/* 2^x for |x| < 1000, to 2e-16 of it: Taylor's series of exp on [-log(2)/2, log(2)/2] by Estrin's scheme. */
INLINE v8 power_of_two(v8 x) {
    v8i whole = __builtin_convertvector(x + 1024.5, v8i) - 1024;
    v8 f = (x - __builtin_convertvector(whole, v8)) * 0.6931471805599453, f2 = f * f, f4 = f2 * f2;
    v8 low = (1 + f) + f2 * (1 / 2.0 + f * (1 / 6.0));
    v8 middle = (1 / 24.0 + f * (1 / 120.0)) + f2 * (1 / 720.0 + f * (1 / 5040.0));
    v8 high = (1 / 40320.0 + f * (1 / 362880.0)) + f2 * (1 / 3628800.0 + f * (1 / 39916800.0));
    v8 value = low + f4 * (middle + f4 * high);
    return (v8)((v8l)value + (__builtin_convertvector(whole, v8l) << 52));
}

INLINE v8 exponential(v8 x) { return power_of_two(most(least(x, all(690)), all(-690)) * 1.4426950408889634); }

/* x^(-1/10) to one in a thousand, for x >= 0; it only sets the length of the next step. */
INLINE v8 tenth_root_inverse(v8 x) {
    v8l bits = (v8l)x;
    v8 exponent = __builtin_convertvector(__builtin_convertvector((bits >> 52) - 1023, v8i), v8);
    v8 m = (v8)((bits & 0xfffffffffffffL) | 0x3ff0000000000000L) - 1;
    v8 log2 = exponent + m * (1.4249 + m * (-0.5906 + m * 0.1661));
    return power_of_two(log2 * -0.1);
}

INLINE void need(v8 support, v8 thwarting, v8 S, v8 F, double gain, double loss, double strain, double relief, v8 *dS, v8 *dF) {
    v8 up = gain * support, worn = loss * thwarting, hurt = strain * thwarting, eased = relief * support;
    *dS = up - S * (up + worn);
    *dF = hurt - F * (hurt + eased);
}

INLINE void rates(const Shared *c, const Group *g, const v8 *y, v8 *f) {
    const Settings *p = &c->s;
    v8 apart = y[M] - y[X], unwanting = 1 - y[W], chosen = c->chosen * unwanting;
    v8 pull = (c->draw - p->appeal_of_fit * apart * apart) + (p->appeal_of_leaning * y[X] + p->appeal_of_liking * y[L]) +
              (p->appeal_of_wanting * y[W] + g->closeness * (1 - y[R]));
    v8 e = p->access / (1 + exponential(-pull));
    f[X] = p->influence * e * apart + p->anchoring * y[A] * (p->anchor - y[X]);
    f[M] = c->steer_target - p->personalisation * apart - c->steer * y[M];
    f[W] = g->sensitising * e * unwanting - p->decay * y[W];
    f[L] = p->recovery - y[L] * (p->recovery + p->habituation * e);
    f[H] = g->growth * (1 - y[H]) * (p->acquaintance + y[H]) * (1 + c->free * e) - y[H] * (p->loss + c->bind * e);
    need(p->autonomy_of_own_time + e * (p->autonomy_of_use * chosen - p->autonomy_of_own_time),
         p->autonomy_pressure + p->cost_of_pressure_to_use * e * (1 - chosen), y[A], y[FA], p->autonomy_gain, p->autonomy_loss,
         p->autonomy_strain, p->autonomy_relief, f + A, f + FA);
    need(p->competence_of_own_time + c->use_c * e, p->competence_pressure + c->ease_c * e, y[C], y[FC], p->competence_gain,
         p->competence_loss, p->competence_strain, p->competence_relief, f + C, f + FC);
    need(y[H] + c->warm * e, c->alone - p->isolation_cost * y[H], y[R], y[FR], p->relatedness_gain, p->relatedness_loss,
         p->relatedness_strain, p->relatedness_relief, f + R, f + FR);
}

static Shared shared_by(const Settings *s) {
    return (Shared){.s = *s,
                    .draw = s->baseline_appeal + s->appeal_of_fit + s->appeal_of_ease * s->accommodation,
                    .chosen = 1 - s->steering * (1 - s->endorsement),
                    .steer = s->steering_rate * s->steering,
                    .steer_target = s->steering_rate * s->steering * s->target,
                    .free = s->bridging * (1 - s->cues) - 1,
                    .bind = s->loss * s->binding * s->cues,
                    .use_c = s->competence_of_practice * (1 - s->accommodation) - s->competence_of_own_time,
                    .ease_c = s->cost_of_ease * s->accommodation,
                    .warm = s->warmth * s->cues,
                    .alone = s->relatedness_pressure + s->isolation_cost};
}

/* One attempt of a step for every lane; the end of the step is left in `end`, its rates in k[6]. Returns the mean square of
 * the error in units of what is tolerated. */
INLINE v8 attempt(const Task *task, Group *g, v8 *end) {
    const Shared *c = &task->shared;
    v8 z[STATES], h = g->h, (*k)[STATES] = g->k, *y = g->y;
    EACH(s) z[s] = y[s] + h * (1 / 5.0 * k[0][s]);
    rates(c, g, z, k[1]);
    EACH(s) z[s] = y[s] + h * (3 / 40.0 * k[0][s] + 9 / 40.0 * k[1][s]);
    rates(c, g, z, k[2]);
    EACH(s) z[s] = y[s] + h * (44 / 45.0 * k[0][s] - 56 / 15.0 * k[1][s] + 32 / 9.0 * k[2][s]);
    rates(c, g, z, k[3]);
    EACH(s) z[s] = y[s] + h * (19372 / 6561.0 * k[0][s] - 25360 / 2187.0 * k[1][s] + 64448 / 6561.0 * k[2][s] -
                               212 / 729.0 * k[3][s]);
    rates(c, g, z, k[4]);
    EACH(s) z[s] = y[s] + h * (9017 / 3168.0 * k[0][s] - 355 / 33.0 * k[1][s] + 46732 / 5247.0 * k[2][s] + 49 / 176.0 * k[3][s] -
                               5103 / 18656.0 * k[4][s]);
    rates(c, g, z, k[5]);
    EACH(s) end[s] = y[s] + h * (35 / 384.0 * k[0][s] + 500 / 1113.0 * k[2][s] + 125 / 192.0 * k[3][s] -
                                 2187 / 6784.0 * k[4][s] + 11 / 84.0 * k[5][s]);
    rates(c, g, end, k[6]);
    v8 sum = all(0);
    EACH(s) {
        v8 error = h * (71 / 57600.0 * k[0][s] - 71 / 16695.0 * k[2][s] + 71 / 1920.0 * k[3][s] - 17253 / 339200.0 * k[4][s] +
                        22 / 525.0 * k[5][s] - 1 / 40.0 * k[6][s]);
        v8 part = error * inverse(task->atol + task->rtol * most(size(y[s]), size(end[s])));
        sum += part * part;
    }
    return sum / STATES;
}

/* The interpolant of the step that ends in `end`, as Hairer, Norsett and Wanner write it, for every lane. */
INLINE void interpolant(const Group *g, const v8 *end, v8 (*c)[5]) {
    const v8 (*k)[STATES] = g->k, h = g->h;
    EACH(s) {
        v8 rise = end[s] - g->y[s], bend = h * k[0][s] - rise;
        c[s][0] = g->y[s], c[s][1] = rise, c[s][2] = bend, c[s][3] = rise - h * k[6][s] - bend;
        c[s][4] = h * (-12715105075.0 / 11282082432.0 * k[0][s] + 87487479700.0 / 32700410799.0 * k[2][s] -
                       10690763975.0 / 1880347072.0 * k[3][s] + 701980252875.0 / 199316789632.0 * k[4][s] -
                       1453857185.0 / 822651844.0 * k[5][s] + 69997945.0 / 29380423.0 * k[6][s]);
    }
}

/* Puts a lane's weeks first, first + 1, ... before `last` on its page. More are computed where there is room, which later
 * steps write over; where there is none, the eight weeks end with the last one and those that are there already stay. */
INLINE void write(const Task *task, Group *g, const v8 (*c)[5], int lane, int first, int last) {
    const v8 ahead = {0, 1, 2, 3, 4, 5, 6, 7};
    double h = 1 / g->h[lane], t = g->t[lane];
    for (int from = first; from < last; from += LANES) {
        int begin = from + LANES <= task->points ? from : task->points - LANES;
        v8 week = begin + ahead, u = (week - t) * h, v = 1 - u;
        double *to = g->page[lane] + begin;
        EACH(s) {
            const double *b = (const double *)c[s] + lane;
            v8 value = b[0] + u * (b[8] + v * (b[16] + u * (b[24] + v * b[32])));
            v8u *at = (v8u *)(to + s * task->points);
            *at = begin == from ? value : choose(week >= all(from), value, *at);
        }
    }
}

/* Copies a finished page to its place in the result, past the caches, as nobody here reads it again. */
static void hand_in(const Task *task, const double *page, long who) {
    long size = STATES * task->points, done = 0;
    double *to = task->out + who * size;
    for (; done < size && ((unsigned long)(to + done) & 63); done++) to[done] = page[done];
    for (; done + LANES <= size; done += LANES) stream(to + done, *(const v8u *)(page + done));
    for (; done < size; done++) to[done] = page[done];
}

/* Puts the next person in a lane, or leaves it at rest; returns whether there was one. */
static int seat(Task *task, Group *g, int lane, long *waiting, long *limit) {
    if (*waiting == *limit) {
        *waiting = atomic_fetch_add(&task->taken, CHUNK);
        *limit = *waiting + CHUNK;
    }
    long who = *waiting < task->people ? (*waiting)++ : -1;
    g->person[lane] = who, g->next[lane] = 1, g->t[lane] = 0, g->h[lane] = 0, g->most[lane] = 10;
    if (who < 0) {
        *limit = *waiting;
        return 0;
    }
    const Settings *s = &task->shared.s;
    EACH(i) g->y[i][lane] = task->start[i];
    g->y[H][lane] = task->ties[who];
    g->sensitising[lane] = task->sensitisation[who] * s->cues;
    g->growth[lane] = task->growth[who];
    g->closeness[lane] = task->appeal[who] * s->cues * (1 - s->cues / (2 * s->peak_of_appeal));
    EACH(i) g->page[lane][i * task->points] = g->y[i][lane];
    return 1;
}

/* Rates and first step of lanes that have just been seated: a hundredth of the way that size and rate suggest. */
static void begin(const Task *task, Group *g, v8l fresh) {
    v8 f[STATES], far = all(0), fast = all(0);
    rates(&task->shared, g, g->y, f);
    EACH(s) {
        v8 scale = inverse(task->atol + task->rtol * size(g->y[s]));
        far += g->y[s] * scale * g->y[s] * scale;
        fast += f[s] * scale * f[s] * scale;
        g->k[0][s] = choose(fresh, f[s], g->k[0][s]);
    }
    for (int lane = 0; lane < LANES; lane++)
        if (fresh[lane] && g->person[lane] >= 0) g->h[lane] = 0.01 * sqrt(far[lane] / fmax(fast[lane], 1e-10));
}

static void work(Task *task) {
    Group group, *g = &group;
    const v8 span = all(task->points - 1.0);
    long waiting = 0, limit = 0, accepted = 0, rejected = 0;
    int seated = 0;
    double *pages = malloc(sizeof(double) * LANES * STATES * task->points);
    memset(g, 0, sizeof group);
    for (int lane = 0; lane < LANES; lane++) {
        g->page[lane] = pages + lane * STATES * task->points;
        seated += seat(task, g, lane, &waiting, &limit);
    }
    begin(task, g, (v8l)all(0) == 0);
    while (seated) {
        v8 end[STATES], c[STATES][5];
        g->h = least(g->h, span - g->t);
        v8 error = attempt(task, g, end);
        interpolant(g, end, c);
        v8l good = error < 1, fresh = {0};
        v8 factor = most(all(0.2), least(g->most, 0.9 * tenth_root_inverse(error))), after = g->t + g->h;
        int renewed = 0;
        for (int lane = 0; lane < LANES; lane++) {
            if (g->person[lane] < 0) continue;
            accepted += -good[lane], rejected += 1 + good[lane];
            int last = good[lane] ? (int)(after[lane] + 1e-9) + 1 : 0;
            if (last > g->next[lane]) {
                write(task, g, c, lane, g->next[lane], last);
                g->next[lane] = last;
            }
        }
        EACH(s) {
            g->y[s] = choose(good, end[s], g->y[s]);
            g->k[0][s] = choose(good, g->k[6][s], g->k[0][s]);
        }
        g->t = choose(good, after, g->t);
        g->most = choose(good, all(10), all(1));
        g->h *= factor;
        for (int lane = 0; lane < LANES; lane++)
            if (g->person[lane] >= 0 && g->next[lane] >= task->points) {
                hand_in(task, g->page[lane], g->person[lane]);
                seated -= 1 - seat(task, g, lane, &waiting, &limit);
                fresh[lane] = -1, renewed = 1;
            }
        if (renewed) begin(task, g, fresh);
    }
    free(pages);
#pragma omp critical
    task->accepted += accepted, task->rejected += rejected;
}

/* Every array is C-contiguous; steps[0] and steps[1] get the numbers of steps kept and of steps repeated. */
void run(long people, const double *ties, const double *sensitisation, const double *growth, const double *appeal,
         const double *start, const Settings *settings, long points, double rtol, double atol, int threads, double *out,
         long *steps) {
    Task task = {.people = people, .points = points, .ties = ties, .sensitisation = sensitisation, .growth = growth,
                 .appeal = appeal, .start = start, .rtol = rtol, .atol = atol, .out = out, .shared = shared_by(settings)};
#pragma omp parallel num_threads(threads)
    work(&task);
    steps[0] = task.accepted, steps[1] = task.rejected;
}
