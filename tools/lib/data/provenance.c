/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/provenance.h"

#include "base/log.h"
#include "base/version.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pooled folds of a large cross validation have a few thousand. */
enum { MAX_ENTRIES = 10000 };

static json_t *load_provenance(const char *text, hl_err *e)
{
    json_error_t why;
    json_t *list = json_loads(text ? text : "[]", JSON_REJECT_DUPLICATES, &why);
    const size_t n = json_array_size(list);
    if (json_is_array(list) && n <= MAX_ENTRIES)
        return list;
    if (json_is_array(list))
        hl_fail(e, "provenance: expected at most %d entries, found %zu", MAX_ENTRIES, n);
    else
        hl_fail(e, "provenance: expected a JSON list, found something else");
    json_decref(list);
    return NULL;
}

int hl_provenance_check(const char *provenance, const char *file, hl_err *e)
{
    json_t *list = load_provenance(provenance, e);
    if (!list)
        return hl_fail_in(e, file);
    json_decref(list);
    return 0;
}

static int dump_provenance(char **provenance, json_t *list, hl_err *e)
{
    *provenance = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return *provenance ? 0 : hl_fail(e, "provenance: it cannot be written as JSON");
}

void hl_provenance_warn_old_id(const char *role, bool is_old)
{
    if (!is_old)
        return;
    hl_log_warn("the identity of the %s does not cover the data: the file states no digest of its "
                "data, like all files of hilum 0.1.0",
                role);
}

int hl_provenance_extend(char **provenance, const char *ancestors, const hl_cli *cli,
                         const hl_input *inputs, size_t n, hl_err *e)
{
    json_t *list = load_provenance(ancestors, e);
    if (!list)
        return -1;
    char *options = hl_cli_record(cli);
    json_t *entry = json_object(), *digests = json_object();
    /* jansson refuses text that is not UTF-8. */
    int refused = json_object_set_new(entry, "tool", json_string(cli->name));
    refused |= json_object_set_new(entry, "version", json_string(HL_VERSION));
    refused |= json_object_set_new(entry, "options", json_string(options));
    for (size_t i = 0; i < n; i++)
        refused |= json_object_set_new(digests, inputs[i].role, json_string(inputs[i].digest));
    json_object_set_new(entry, "inputs", digests);
    json_array_append_new(list, entry);
    free(options);
    if (refused) {
        json_decref(list);
        return hl_fail(e, "provenance: an option or a digest is not UTF-8");
    }
    return dump_provenance(provenance, list, e);
}

int hl_provenance_mark_interrupted(char **marked, const char *provenance, size_t epochs, hl_err *e)
{
    json_t *list = load_provenance(provenance, e);
    if (!list)
        return -1;
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    json_object_set_new(last, "interrupted", json_integer((json_int_t)epochs));
    return dump_provenance(marked, list, e);
}

static int contains(const json_t *list, const json_t *entry)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), entry))
            return 1;
    return 0;
}

int hl_provenance_join(char **provenance, const char *a, const char *b, hl_err *e)
{
    json_t *list = load_provenance(a, e), *more = list ? load_provenance(b, e) : NULL;
    if (!more) {
        json_decref(list);
        return -1;
    }
    for (size_t i = 0; i < json_array_size(more); i++)
        if (!contains(list, json_array_get(more, i)))
            json_array_append(list, json_array_get(more, i));
    json_decref(more);
    return dump_provenance(provenance, list, e);
}

int hl_provenance_input(const char *provenance, const char *tool, const char *role,
                        char digest[HL_DIGEST_SIZE], hl_err *e)
{
    json_t *list = load_provenance(provenance, e);
    if (!list)
        return -1;
    digest[0] = '\0';
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *entry = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(entry, "tool"));
        if (!name || strcmp(name, tool) != 0)
            continue;
        const json_t *input = json_object_get(json_object_get(entry, "inputs"), role);
        snprintf(digest, HL_DIGEST_SIZE, "%s",
                 json_is_string(input) ? json_string_value(input) : "");
        break;
    }
    json_decref(list);
    return 0;
}

bool hl_provenance_descends_from(const char *provenance, const char *ancestor)
{
    json_t *list = load_provenance(provenance, NULL), *steps = load_provenance(ancestor, NULL);
    const json_t *last = json_array_get(steps, json_array_size(steps) - 1);
    const bool found = last && contains(list, last);
    json_decref(list);
    json_decref(steps);
    return found;
}

bool hl_provenance_has_input(const char *provenance, const char *role, const char *digest)
{
    json_t *list = load_provenance(provenance, NULL);
    bool found = false;
    for (size_t i = 0; i < json_array_size(list) && !found; i++) {
        const json_t *inputs = json_object_get(json_array_get(list, i), "inputs");
        const char *one = json_string_value(json_object_get(inputs, role));
        found = one && strcmp(one, digest) == 0;
    }
    json_decref(list);
    return found;
}

/* Whether the options contain "--option value" as complete words. */
static bool states(const char *options, const char *option, const char *value)
{
    hl_strbuf want = {0}, all = {0};
    hl_strbuf_printf(&want, " %s %s ", option, value);
    hl_strbuf_printf(&all, " %s ", options);
    const bool found = strstr(all.data, want.data) != NULL;
    hl_strbuf_free(&want);
    hl_strbuf_free(&all);
    return found;
}

bool hl_provenance_has_option(const char *provenance, const char *tool, const char *option,
                              const char *value)
{
    json_t *list = load_provenance(provenance, NULL);
    bool found = false;
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *entry = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(entry, "tool"));
        const char *options = json_string_value(json_object_get(entry, "options"));
        if (!name || strcmp(name, tool) != 0)
            continue;
        found = options && states(options, option, value);
        break;
    }
    json_decref(list);
    return found;
}

int hl_provenance_extend_joined(char **provenance, const char *a, const char *b, const hl_cli *cli,
                                const hl_input *inputs, size_t n, hl_err *e)
{
    char *both;
    if (hl_provenance_join(&both, a, b, e))
        return -1;
    const int status = hl_provenance_extend(provenance, both, cli, inputs, n, e);
    free(both);
    return status;
}
