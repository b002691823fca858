/* clock.c -- what time asks for while the input thread waits.
 *
 * Windows of processing time are due without a row, a silent split must not hold the watermark for
 * ever, and whoever waits for a result wants to know why there is none.  The first two are
 * chunks without rows, so that they have a place among the others and every consumer sees them
 * there.
 */
#include "base/sys.h"
#include "exec/data/timestamp.h"
#include "exec/run/job_state.h"

/* --- processing time ---------------------------------------------------------------- */

/* When the machine's clock makes something come out; MICROS_MAX: nothing waits for it. */
static Micros clock_due_us(const Job *job) {
  Micros due = MICROS_MAX;
  for (uint32_t w = 0; w < job->n_workers; w++) {
    for (uint32_t s = 0; s < job->stages.n_stages; s++) {
      const KeyedInstance *k = &job->workers[w].keyed[s];
      if (!k->exists) continue;
      const OpPending *p = &k->pending;
      Micros at = p->clock_us > 0 ? p->clock_us : MICROS_MAX;
      if (k->instance.stage->by_clock && p->n_windows > 0 && p->last_us < at) {
        at = p->last_us + MICROS_PER_MILLI;
      }
      if (at < due) due = at;
    }
  }
  return due;
}

/* What has been read is through, so all that is pending is known. */
static bool pipeline_is_empty(const Job *job) { return job->flow.admitted == job->flow.retired; }

/* --- idle splits -------------------------------------------------------------------- */

/* How long until a split is idle, by the monotonic clock. */
static Micros idle_in_us(const Job *job, const InputSplit *split, Micros now_us) {
  if (job->plan->idle_timeout_us == 0 || !split->waits || split->idle || split->ended) {
    return MICROS_MAX;
  }
  Micros left = split->heard_us + job->plan->idle_timeout_us - now_us;
  return left > 0 ? left : 0;
}

static void admit_idle(Job *job, InputSplit *split) {
  split->idle = true;
  ChunkSlot *slot = input_admit(job, CHUNK_IDLE);
  slot->source = split->source;
  slot->from = split;
}

/* --- why nothing comes out ---------------------------------------------------------- */

static Micros notice_in_us(const Job *job, Micros now_us) {
  if (job->plan->waiting_us == 0 || job->silence.told || job->stats.rows_in == 0) return MICROS_MAX;
  Micros left = job->silence.since_us + job->plan->waiting_us - now_us;
  return left > 0 ? left : 0;
}

/* The stage whose window closes first among those that have one open. */
static const KeyedInstance *first_to_close(const Job *job) {
  const KeyedInstance *first = NULL;
  for (uint32_t w = 0; w < job->n_workers; w++) {
    for (uint32_t s = 0; s < job->stages.n_stages; s++) {
      const KeyedInstance *k = &job->workers[w].keyed[s];
      if (!k->exists || k->pending.n_windows == 0) continue;
      if (first == NULL || k->pending.last_us < first->pending.last_us) first = k;
    }
  }
  return first;
}

/* The split that the watermark waits for; NULL: none that is read. */
static const InputSplit *holding_split(const Job *job, const Watermark *w) {
  const InputSplit *split = NULL;
  Micros least = MICROS_MAX;
  for (uint32_t i = 0; i < w->n_splits; i++) {
    const SplitClock *s = &w->splits[i];
    if (!s->active || s->idle || s->max_us >= least) continue;
    least = s->max_us;
    split = job->splits.all[s->split];
  }
  return split != NULL && split->reader.split != NULL ? split : NULL;
}

static void put_time(StrBuf *out, Micros us, const Zone *zone) {
  char text[TIMESTAMP_TEXT_MAX];
  if (us == MICROS_MIN) {
    strbuf_puts(out, "not known yet");
    return;
  }
  if (zone != NULL) us = zone_to_local(zone, us);
  unsigned precision = us % MICROS_PER_SECOND != 0 ? 3 : 0;
  strbuf_put(out, text, timestamp_print(us, precision, ' ', text));
}

static void put_age(StrBuf *out, Micros us) {
  Micros s = us / MICROS_PER_SECOND;
  if (s < 120) {
    strbuf_printf(out, "%lld s ago", (long long)s);
  } else {
    strbuf_printf(out, "%lld min ago", (long long)(s / 60));
  }
}

/* waiting: watermark 12:03:20 (split access.log, last row 4 min ago); window [12:03, 12:04) closes
 * at 12:04 */
static void say_why(Job *job, Micros now_us) {
  const KeyedInstance *k = first_to_close(job);
  if (k == NULL || job->hooks.note == NULL) return;
  const OpPending *p = &k->pending;
  StrBuf line = {0};
  strbuf_puts(&line, "waiting: watermark ");
  put_time(&line, k->watermark.now_us, p->zone);
  const InputSplit *split = holding_split(job, &k->watermark);
  if (split != NULL) {
    strbuf_printf(&line, " (split %s, last row ", split->reader.split->name);
    put_age(&line, now_us - split->heard_us);
    strbuf_putc(&line, ')');
  }
  strbuf_puts(&line, "; window [");
  put_time(&line, p->start_us, NULL);
  strbuf_puts(&line, ", ");
  put_time(&line, p->end_us, NULL);
  strbuf_puts(&line, ") closes at ");
  put_time(&line, p->end_us, NULL);
  if (!strbuf_failed(&line)) job->hooks.note(job->hooks.note_arg, strbuf_text(&line));
  strbuf_deinit(&line);
}

/* --- for the input thread ----------------------------------------------------------- */

Micros clock_wait_us(const Job *job, Micros max_us) {
  Micros wait = max_us, now_us = sys.mono_us();
  for (uint32_t i = 0; i < job->splits.n_open; i++) {
    Micros left = idle_in_us(job, job->splits.open[i], now_us);
    if (left < wait) wait = left;
  }
  Micros notice = notice_in_us(job, now_us);
  if (notice < wait) wait = notice;
  Micros checkpoint = checkpoints_due_in_us(job);
  if (checkpoint < wait) wait = checkpoint;
  Micros due = clock_due_us(job);
  if (due == MICROS_MAX || !pipeline_is_empty(job)) return wait;
  Micros left = due - sys.wall_us();
  if (left < 0) left = 0;
  return left < wait ? left : wait;
}

void clock_tick(Job *job) {
  Micros now_us = sys.mono_us();
  for (uint32_t i = 0; i < job->splits.n_open && input_has_room(job); i++) {
    InputSplit *split = job->splits.open[i];
    if (idle_in_us(job, split, now_us) == 0) admit_idle(job, split);
  }
  if (pipeline_is_empty(job) && clock_due_us(job) <= sys.wall_us()) input_admit(job, CHUNK_CLOCK);
  if (notice_in_us(job, now_us) == 0 && pipeline_is_empty(job)) {
    say_why(job, now_us);
    job->silence.told = true;
  }
}
