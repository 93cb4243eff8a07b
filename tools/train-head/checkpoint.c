/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint.h"

#include "base/mem.h"
#include "data/provenance.h"
#include "format/json.h"
#include "sys/input.h"
#include "sys/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char kind[] = "checkpoint";

/* Lists the tensors: the history, then the state of the stepper, all float32. */
static void describe(const train_checkpoint *c, const train_stepper *t, hl_tf_header *header)
{
    const int64_t length = (int64_t)c->history->len;
    hl_tf_add_tensor(header, "history", HL_U8, 1, &length);
    for (size_t i = 0; i < train_stepper_states(t); i++) {
        const train_state_tensor state = train_stepper_state(t, i);
        hl_tf_add_tensor(header, state.name, HL_F32, state.rank, state.shape);
    }
}

int train_checkpoint_probe(const char *path, hl_err *e)
{
    hl_out o;
    if (hl_out_open(&o, path, true, e))
        return -1;
    hl_out_abort(&o);
    return 0;
}

/* ---- saving ---- */

static char *format_state(const train_stepper *t, const train_state *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "epochs", json_integer((json_int_t)s->epochs));
    json_object_set_new(o, "steps", json_integer((json_int_t)train_stepper_steps(t)));
    json_object_set_new(o, "pass", json_integer((json_int_t)s->pass));
    json_object_set_new(o, "drawn", json_integer((json_int_t)s->drawn));
    json_object_set_new(o, "best_epoch", json_integer((json_int_t)s->best_epoch));
    json_object_set_new(o, "waited", json_integer((json_int_t)s->waited));
    json_object_set_new(o, "best_loss", hl_json_of_real(s->best_loss));
    json_object_set_new(o, "rate", hl_json_of_real(s->rate));
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(o);
    return text;
}

static int write_all(const train_checkpoint *c, const train_stepper *t, hl_tf_writer *w, hl_err *e)
{
    if (c->history->len && hl_tf_write(w, c->history->data, c->history->len, e))
        return -1;
    for (size_t i = 0; i < train_stepper_states(t); i++) {
        const train_state_tensor state = train_stepper_state(t, i);
        if (hl_tf_write(w, state.values, state.n * sizeof *state.values, e))
            return -1;
    }
    return 0;
}

int train_checkpoint_save(const train_checkpoint *c, const train_stepper *t, const train_state *s,
                          hl_err *e)
{
    hl_tf_header header = {0};
    hl_tf_writer *w;
    char *state = format_state(t, s);
    describe(c, t, &header);
    hl_tf_set_meta(&header, "hilum.kind", kind);
    hl_tf_set_meta(&header, "hilum.provenance", c->provenance);
    hl_tf_set_meta(&header, "hilum.training_state", state);
    free(state);
    const int status = hl_tf_create(&w, c->path, &header, HL_TF_LEVEL, e);
    hl_tf_header_free(&header);
    if (status)
        return -1;
    if (write_all(c, t, w, e)) {
        hl_tf_discard(w);
        return -1;
    }
    return hl_tf_finish(w, e);
}

/* ---- loading ---- */

static int check_run(const train_checkpoint *c, const hl_tf_reader *r, hl_err *e)
{
    const char *provenance = hl_tf_meta(hl_tf_get_header(r), "hilum.provenance");
    hl_strbuf found = {0}, expected = {0};
    int status = 0;
    if (!provenance)
        status = hl_fail(e, "%s: expected metadata hilum.provenance", c->path);
    else if (hl_provenance_differs(provenance, c->provenance, &found, &expected))
        status = hl_fail(e, "%s: a checkpoint of another run: expected %s, found %s", c->path,
                         expected.data, found.data);
    hl_strbuf_free(&found);
    hl_strbuf_free(&expected);
    return status;
}

/* Reads an integer from least to most. */
static int get_count(const train_checkpoint *c, const json_t *o, const char *key, uint64_t least,
                     uint64_t most, uint64_t *out, hl_err *e)
{
    if (hl_json_count(o, c->path, key, out, e))
        return -1;
    if (*out < least || *out > most)
        return hl_fail(e,
                       "%s: hilum.training_state: '%s': expected %" PRIu64 " to %" PRIu64
                       ", found %" PRIu64,
                       c->path, key, least, most, *out);
    return 0;
}

/* The learning rate never increases. With validation samples there must be a loss. */
static int get_reals(const train_checkpoint *c, const json_t *o, bool validates, train_state *s,
                     hl_err *e)
{
    const double first = s->rate;
    if (hl_json_real(o, c->path, "rate", &s->rate, e) ||
        (validates ? hl_json_real(o, c->path, "best_loss", &s->best_loss, e)
                   : hl_json_real_or_null(o, c->path, "best_loss", &s->best_loss, e)))
        return -1;
    if (s->rate < 0 || s->rate > first)
        return hl_fail(e,
                       "%s: hilum.training_state: 'rate': expected a number from 0 to %g, found %g",
                       c->path, first, s->rate);
    return 0;
}

static int read_state(const train_checkpoint *c, const json_t *o, train_stepper *t, size_t samples,
                      bool validates, train_state *s, hl_err *e)
{
    uint64_t epochs, steps, pass, drawn, best_epoch, waited;
    if (get_count(c, o, "epochs", 1, SIZE_MAX, &epochs, e) ||
        get_count(c, o, "steps", epochs, INT64_MAX, &steps, e) ||
        get_count(c, o, "pass", 1, SIZE_MAX, &pass, e) ||
        get_count(c, o, "drawn", 1, samples, &drawn, e) ||
        get_count(c, o, "best_epoch", 1, epochs, &best_epoch, e) ||
        get_count(c, o, "waited", 0, epochs, &waited, e) || get_reals(c, o, validates, s, e))
        return -1;
    s->epochs = epochs;
    s->pass = pass;
    s->drawn = drawn;
    s->best_epoch = best_epoch;
    s->waited = waited;
    train_stepper_set_steps(t, (int64_t)steps);
    return 0;
}

static int parse_state(const train_checkpoint *c, const hl_tf_reader *r, train_stepper *t,
                       size_t samples, bool validates, train_state *s, hl_err *e)
{
    const char *text = hl_tf_meta(hl_tf_get_header(r), "hilum.training_state");
    json_t *o = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const int status =
        json_is_object(o) ? read_state(c, o, t, samples, validates, s, e)
                          : hl_fail(e, "%s: hilum.training_state: expected a JSON object", c->path);
    json_decref(o);
    return status;
}

/* Checks that the tensors are those of a checkpoint of this training. */
static int check_tensors(const train_checkpoint *c, const train_stepper *t, const hl_tf_reader *r,
                         hl_err *e)
{
    const hl_tf_header *found = hl_tf_get_header(r);
    hl_tf_header expected = {0};
    describe(c, t, &expected);
    int status = 0;
    if (found->ntensors != expected.ntensors)
        status = hl_fail(e, "%s: expected %zu tensors, found %zu", c->path, expected.ntensors,
                         found->ntensors);
    for (size_t i = 0; i < expected.ntensors && status == 0; i++) {
        const hl_tensor_desc *x = &expected.tensors[i], *y = &found->tensors[i];
        const bool any_length = i == 0 && y->rank == 1; /* the history */
        if (strcmp(x->name, y->name) != 0 || x->dtype != y->dtype || x->rank != y->rank ||
            (!any_length && memcmp(x->shape, y->shape, (size_t)x->rank * sizeof *x->shape) != 0))
            status = hl_fail(
                e, "%s: tensor %zu: expected %s with the type and shape of this training, found %s",
                c->path, i + 1, x->name, y->name);
    }
    hl_tf_header_free(&expected);
    return status;
}

static int read_history(const train_checkpoint *c, hl_tf_reader *r, hl_err *e)
{
    enum { MOST = 1 << 28 }; /* bytes; a million epochs need less */
    const uint64_t bytes = hl_tf_get_header(r)->tensors[0].bytes;
    if (bytes > MOST)
        return hl_fail(e, "%s: history: expected at most %d bytes", c->path, MOST);
    char *text = hl_malloc((size_t)bytes + 1, 1);
    const int status = bytes ? hl_tf_read(r, text, (size_t)bytes, e) : 0;
    if (status == 0)
        hl_strbuf_add(c->history, text, (size_t)bytes);
    free(text);
    return status;
}

static int read_all(const train_checkpoint *c, train_stepper *t, hl_tf_reader *r, hl_err *e)
{
    if (read_history(c, r, e))
        return -1;
    for (size_t i = 0; i < train_stepper_states(t); i++) {
        const train_state_tensor state = train_stepper_state(t, i);
        if (hl_tf_read_finite(r, state.name, state.values, state.n, e))
            return -1;
    }
    return hl_tf_end(r, e);
}

int train_checkpoint_load(const train_checkpoint *c, train_stepper *t, size_t samples,
                          bool validates, train_state *s, bool *found, hl_err *e)
{
    hl_tf_reader *r;
    *found = access(c->path, F_OK) == 0 || errno != ENOENT;
    if (!*found)
        return 0;
    if (hl_in_check_regular(c->path, e) || hl_tf_open(&r, c->path, kind, e))
        return -1;
    int status = check_run(c, r, e) || check_tensors(c, t, r, e) ||
                         parse_state(c, r, t, samples, validates, s, e) || read_all(c, t, r, e)
                     ? -1
                     : 0;
    hl_tf_close(r);
    return status;
}

int train_checkpoint_remove(const train_checkpoint *c, hl_err *e)
{
    if (unlink(c->path) && errno != ENOENT)
        return hl_fail_errno(e, "%s: cannot be removed", c->path);
    return 0;
}
