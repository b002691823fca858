/* watermark_test.c -- the rule of watermark.h against a model that looks at one row at a time.
 *
 * The model applies the definition literally to random streams of several splits; the real thing
 * sees whole chunks and marks only.  For every row both must agree whether ts <= L(r), and on
 * L(r) itself whenever that is so.
 */
#include "exec/run/watermark.h"

#include "base/check.h"

enum { SPLITS = 3, FILES_MAX = 12, CHUNKS = 16, ROWS = 8, DELAY = 3 };

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 20) % n;
}

typedef struct Model {
  int n;
  bool watched; /* split 0 is a directory, the others are its files */
  Micros split_max[FILES_MAX];
  bool active[FILES_MAX], idle[FILES_MAX];
  Micros l; /* max of all earlier L */
} Model;

static bool has_files(const Model *m) {
  for (int i = 1; i < m->n; i++) {
    if (m->active[i]) return true;
  }
  return false;
}

/* Does the split have a say? */
static bool counts(const Model *m, int i) {
  return m->active[i] && !(m->watched && i == 0 && has_files(m));
}

static Micros model_min(const Model *m) {
  Micros min = MICROS_MAX;
  for (int i = 0; i < m->n; i++) {
    if (counts(m, i) && !m->idle[i] && m->split_max[i] < min) min = m->split_max[i];
  }
  return min;
}

/* When nobody is waited for, time is where the furthest of the idle ones was. */
static void model_settle(Model *m) {
  Micros to = model_min(m);
  if (to == MICROS_MAX) {
    to = MICROS_MIN;
    for (int i = 0; i < m->n; i++) {
      if (counts(m, i) && m->split_max[i] > to) to = m->split_max[i];
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
    if (model->watched && model->split_max[s] > model->split_max[0]) {
      model->split_max[0] = model->split_max[s];
    }
  }
  model_settle(model);
  Micros got = watermark_chunk_end(w, m, ends);
  CHECK_INT(got, model->l);
}

/* A file is found: it begins where time is, or later. */
static void join(Model *m, Watermark *w) {
  int i = m->n++;
  Micros first = below(3) == 0 ? MICROS_MIN : (Micros)below(40);
  m->split_max[i] = first > m->l ? first : m->l;
  m->active[i] = true;
  m->idle[i] = m->idle[0] = false;
  CHECK(watermark_join(
      w, (SplitClock){.split = (uint32_t)i, .watch = 0, .max_us = first, .active = true}));
}

typedef struct Kept {
  StateSink sink;
  StateBlock *block;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  ((Kept *)to)->block = block;
  return true;
}

static uint32_t watch_of(const Model *m, int i) { return m->watched && i > 0 ? 0 : NO_WATCH; }

/* Another watermark, of the splits that have not ended, goes on from what this one saves. */
static void save_and_load(const Model *m, Watermark *w) {
  Kept kept = {.sink.take = keep};
  StateOut out;
  StateIn in;
  state_begin(&out, &kept.sink, "stage", 1);
  watermark_save(w, &out);
  CHECK(state_end(&out));
  watermark_deinit(w);
  CHECK(watermark_init(w));
  for (uint32_t i = 0; i < (uint32_t)m->n; i++) {
    SplitClock clock = {.split = i, .watch = watch_of(m, (int)i), .max_us = 1000, .active = true};
    if (m->active[i]) CHECK(watermark_join(w, clock));
  }
  state_in_init(&in, kept.block, 0, UINT64_MAX);
  for (uint32_t n = watermark_load(w, &in); n > 0; n--) {
    SavedClock clock = watermark_get_clock(&in);
    watermark_set_clock(w, clock.was, &clock);
  }
  CHECK(!in.bad && in.at == in.end);
  CHECK_INT(w->now_us, m->l);
  state_block_free(kept.block);
}

static void run_step(Model *model, Watermark *w, int c) {
  int s = (int)below((uint32_t)model->n);
  if (below(4) == 0) save_and_load(model, w);
  if (model->watched && model->n < FILES_MAX && below(4) == 0) {
    join(model, w);
  } else if (!counts(model, s)) {
    return;
  } else if (below(5) == 0) {
    fall_idle(model, w, s);
  } else if (!model->watched || s > 0) {
    run_chunk(model, w, s, c * 2, below(model->watched ? 3 : 8) == 0);
  }
}

int main(void) {
  for (int round = 0; round < 6000; round++) {
    Model model = {.l = MICROS_MIN, .n = SPLITS, .watched = round % 2 == 1};
    Watermark w;
    CHECK(watermark_init(&w));
    int splits = 1 + (int)below(SPLITS);
    for (int i = 0; i < SPLITS; i++) {
      Micros first = below(3) == 0 || (model.watched && i == 0) ? MICROS_MIN : (Micros)below(10);
      model.split_max[i] = first;
      model.active[i] = i < splits;
      CHECK(watermark_join(&w, (SplitClock){.split = (uint32_t)i,
                                            .watch = watch_of(&model, i),
                                            .max_us = first,
                                            .active = i < splits}));
    }
    for (int c = 0; c < CHUNKS; c++) run_step(&model, &w, c);
    if (model.watched) CHECK(!watermark_is_over(&w));
    watermark_deinit(&w);
  }
  return check_done();
}
