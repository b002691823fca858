/* display.h -- the handlers of the shell: results to the output, notes and errors to stderr. */
#pragma once
#include "api/weir.h"
#include "shell/output.h"
#include "shell/render.h"

typedef struct Display {
  Output *out;
  Weir *weir; /* of display_set_mode */
  Mode mode;
  RenderOptions options;
  bool quiet;         /* no notes */
  bool color_stderr;  /* stderr is a terminal that may be colored */
  Renderer *renderer; /* of the result that is under way; NULL: none */
  StrBuf text;        /* rendered, not yet written */
} Display;

/* The handlers with d as their arg. */
WeirHandlers display_handlers(Display *d);
/* Results from now on in this mode; tells the library.  false: no memory. */
MUST_USE bool display_set_mode(Display *d, Weir *w, Mode mode);
void display_deinit(Display *d);

/* To stderr, made harmless: a line that -q silences; lines that are told in any case, errors
 * among them. */
void display_note(const Display *d, const char *line);
void display_message(const Display *d, const char *text);
/* `weir: cannot VERB "NAME": REASON`, from an errno value. */
void display_system_error(const Display *d, const char *verb, const char *name, int errnum);
