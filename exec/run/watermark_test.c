/* watermark_test.c -- the rule of watermark.h against a model that looks at one row at a time.
 *
 * The model applies the definition literally to random streams of several splits; the real thing
 * sees whole chunks and marks only.  For every row both must agree whether ts <= L(r), and on
 * L(r) itself whenever that is so.
 */
#include "exec/run/watermark.h"

#include "base/check.h"

enum { SPLITS = 3, CHUNKS = 12, ROWS = 8, DELAY = 3 };

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 20) % n;
}

typedef struct Model {
  Micros split_max[SPLITS];
  bool active[SPLITS], idle[SPLITS];
  Micros l; /* max of all earlier L */
} Model;

static Micros model_min(const Model *m) {
  Micros min = MICROS_MAX;
  for (int i = 0; i < SPLITS; i++) {
    if (m->active[i] && !m->idle[i] && m->split_max[i] < min) min = m->split_max[i];
  }
  return min;
}

/* When nobody is waited for, time is where the furthest of the idle ones was. */
static void model_settle(Model *m) {
  Micros to = model_min(m);
  if (to == MICROS_MAX) {
    to = MICROS_MIN;
    for (int i = 0; i < SPLITS; i++) {
      if (m->active[i] && m->split_max[i] > to) to = m->split_max[i];
    }
  }
  if (to > m->l) m->l = to;
}

static void fall_idle(Model *model, Watermark *w, int s) {
  model->idle[s] = true;
  model_settle(model);
  CHECK_INT(watermark_split_idle(w, (uint32_t)s), model->l);
}

/* L at a row of split s, then the row's own candidate counts. */
static Micros model_row(Model *m, int s, Micros ts) {
  Micros l = model_min(m);
  if (l > m->l) m->l = l;
  if (ts - DELAY > m->split_max[s]) m->split_max[s] = ts - DELAY;
  return m->l;
}

static void run_chunk(Model *model, Watermark *w, int s, Micros base, bool ends) {
  uint32_t n = below(ROWS + 1);
  if (model->idle[s]) {
    model->idle[s] = false;
    if (model->l > model->split_max[s]) model->split_max[s] = model->l;
  }
  Micros base_l = watermark_chunk_begin(w, (uint32_t)s), m = MICROS_MIN;
  for (uint32_t i = 0; i < n; i++) {
    Micros ts = base + below(12);
    Micros want = model_row(model, s, ts);
    Micros got = ts <= m ? watermark_at_mark(w, m) : base_l;
    CHECK((ts <= want) == (ts <= got));
    if (ts <= want) CHECK_INT(got, want);
    if (ts - DELAY > m) m = ts - DELAY;
  }
  if (ends) {
    Micros before = model_min(model);
    if (before > model->l) model->l = before;
    model->active[s] = false;
  }
  model_settle(model);
  Micros got = watermark_chunk_end(w, m, ends);
  CHECK_INT(got, model->l);
}

int main(void) {
  for (int round = 0; round < 3000; round++) {
    Model model = {.l = MICROS_MIN};
    SplitClock clocks[SPLITS];
    int splits = 1 + (int)below(SPLITS);
    for (int i = 0; i < SPLITS; i++) {
      Micros first = below(3) == 0 ? MICROS_MIN : (Micros)below(10);
      model.split_max[i] = first;
      model.active[i] = i < splits;
      clocks[i] = (SplitClock){.max_us = first, .active = i < splits};
    }
    Watermark w;
    CHECK(watermark_init(&w, clocks, SPLITS));
    for (int c = 0; c < CHUNKS; c++) {
      int s = (int)below((uint32_t)splits);
      if (!model.active[s]) continue;
      if (below(5) == 0) {
        fall_idle(&model, &w, s);
      } else {
        run_chunk(&model, &w, s, c * 2, below(8) == 0);
      }
    }
    watermark_deinit(&w);
  }
  return check_done();
}
