/* SPDX-License-Identifier: BSD-2-Clause */
/* audit: looks for flaws of a data set that make test metrics too optimistic, before training. */
#include "audit/checks.h"
#include "base/log.h"
#include "base/mem.h"
#include "data/image_paths.h"
#include "data/positive_class.h"
#include "data/provenance.h"
#include "format/checksum.h"
#include "format/tsv.h"
#include "image/image.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <stdlib.h>

enum { FAIL_ON_NONE, FAIL_ON_LEAK, FAIL_ON_ERROR };

static const char *opt_output, *opt_root, *opt_cache, *opt_positive, *opt_other;
static double opt_limit = 0.7;
static int opt_fail_on = FAIL_ON_NONE, opt_depth = HL_DEPTH_AUTO;
static const char *opt_window = "auto";
static hl_window window;
static bool opt_allow_leak;
static int64_t opt_jobs;

static const hl_opt options[] = {
    HL_OPT_STR('o', "output", "FILE", &opt_output, "write the findings to FILE"),
    HL_OPT_REAL_R(0, "shortcut-limit", "AUROC", &opt_limit, 0.5, 1,
                  "warn of file properties and columns that predict the label at least this well"),
    HL_OPT_CHOICE_R(0, "depth", HL_DEPTH_WORDS, &opt_depth,
                    "bits in use in 16-bit PNG, as for preprocess"),
    HL_OPT_STR_R(0, "window", HL_WINDOW_WORDS, &opt_window,
                 "grey levels of DICOM files, as for preprocess"),
    HL_OPT_STR_R(0, "positive", "CLASS", &opt_positive,
                 "positive class (default: the one of two not called normal, negative, ...)"),
    HL_OPT_CHOICE(0, "fail-on", "none|leak|error", &opt_fail_on,
                  "exit with 1 if there is a finding of this kind"),
    HL_OPT_FLAG_R(
        0, "allow-leak", &opt_allow_leak,
        "leakage between training and test is intended, and images of --other may be missing"),
    HL_OPT_STR(0, "other", "MANIFEST", &opt_other,
               "also find copies of the images of another set, such as that of a trained head"),
    HL_OPT_STR(0, "root", "DIR", &opt_root, "where relative paths start, whatever MANIFEST says"),
    HL_OPT_STR(0, "cache", "DIR", &opt_cache,
               "keep image fingerprints in DIR; unchanged images are not read again"),
    HL_OPT_INT('j', "jobs", "N", &opt_jobs, 1, 1024, "threads"),
};

/* The depth and the window that the files have themselves are not recorded. */
static bool is_recorded(const hl_opt *o)
{
    if (o->value == &opt_window)
        return window.kind != HL_WINDOW_AUTO;
    return opt_depth != HL_DEPTH_AUTO || o->value != &opt_depth;
}

static const hl_cli cli = {
    .is_recorded = is_recorded,
    .name = "audit",
    .usage = "[OPTIONS] [MANIFEST]",
    .about =
        "Checks the images that MANIFEST lists for flaws that make test metrics too optimistic:\n"
        "copies and patients in several subsets, shortcuts to the label; and for unreadable files.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .libraries = hl_image_libraries,
};

static bool leaks(const audit_context *a)
{
    return a->leaking_patients || a->leaking_studies || a->leaking_groups || a->other_leaks;
}

/* "12 patients, 14 studies and 3 groups of copies are in both train and test"; with --other "5
 * images are copies of training or validation images of the other set" */
static void describe_leak(const audit_context *a, hl_strbuf *text)
{
    const struct {
        size_t n;
        const char *one, *many;
    } parts[] = {{a->leaking_patients, "patient", "patients"},
                 {a->leaking_studies, "study", "studies"},
                 {a->leaking_groups, "group of copies", "groups of copies"}};
    size_t all = 0, left = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        all += parts[i].n;
        left += parts[i].n > 0;
    }
    if (a->other_leaks)
        hl_strbuf_printf(text, "%zu image%s of training or validation images of the other set%s",
                         a->other_leaks, a->other_leaks == 1 ? " is a copy" : "s are copies",
                         all ? ", and " : "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n) {
            left--;
            hl_strbuf_printf(text, "%zu %s%s", parts[i].n,
                             parts[i].n == 1 ? parts[i].one : parts[i].many,
                             left > 1 ? ", "
                             : left   ? " and "
                                      : "");
        }
    if (all)
        hl_strbuf_printf(text, " %s in both train and test", all == 1 ? "is" : "are");
}

/* ---- the table ---- */

static int extend_provenance(const audit_context *a, char **provenance, hl_err *e)
{
    char manifest[HL_DIGEST_SIZE], images[HL_DIGEST_SIZE], other[HL_DIGEST_SIZE];
    hl_manifest_digest(a->m, manifest);
    if (a->other)
        hl_manifest_digest(a->other, other);
    hl_fingerprint_set_digest(a->fingerprints, a->m, images);
    const hl_input inputs[] = {{"manifest", manifest}, {"images", images}, {"other", other}};
    return hl_provenance_extend(provenance, a->m->provenance, &cli, inputs, a->other ? 3 : 2, e);
}

/* The name of the positive class, of which an external test may have no image. */
static const char *positive_name(const audit_context *a)
{
    if (a->positive != HL_NO_POSITIVE)
        return a->m->classes[a->positive];
    return a->other ? opt_positive : NULL;
}

/* "#positive", or with two classes whose names do not decide, "#undecided" with both. */
static void put_positive(const audit_context *a, hl_strbuf *t)
{
    const char *known = positive_name(a);
    if (!known && (a->m->nclasses != 2 || a->other)) /* an external test has the head's, if any */
        return;
    hl_strbuf_puts(t, known ? "#positive\t" : "#undecided\t");
    hl_tsv_escape(t, known ? known : a->m->classes[0]);
    if (!known) {
        hl_strbuf_puts(t, "\t");
        hl_tsv_escape(t, a->m->classes[1]);
    }
    hl_strbuf_puts(t, "\n");
}

static int format_table(const audit_context *a, hl_strbuf *t, hl_err *e)
{
    char *provenance;
    if (extend_provenance(a, &provenance, e))
        return -1;
    hl_strbuf_puts(t, "#hilum-audit 1\n#provenance\t");
    hl_tsv_escape(t, provenance);
    free(provenance);
    hl_strbuf_printf(t, "\n#images\t%zu\n#errors\t%zu\n#warnings\t%zu\n", a->m->n,
                     a->findings.count[AUDIT_ERROR], a->findings.count[AUDIT_WARNING]);
    put_positive(a, t);
    if (leaks(a)) {
        hl_strbuf_puts(t, "#leak\t");
        describe_leak(a, t);
        hl_strbuf_puts(t, "\n");
    }
    if (opt_allow_leak)
        hl_strbuf_puts(t, "#allow-leak\tyes\n");
    hl_strbuf_puts(t, audit_finding_columns);
    if (a->findings.rows.len)
        hl_strbuf_add(t, a->findings.rows.data, a->findings.rows.len);
    hl_checksum_add_line(t, 0);
    return 0;
}

static int write_table(const audit_context *a, hl_err *e)
{
    hl_strbuf t = {0};
    hl_out out;
    int status = format_table(a, &t, e);
    if (status == 0)
        status = hl_out_open(&out, opt_output, false, e);
    if (status == 0) {
        fwrite(t.data, 1, t.len, out.fp); /* the commit reports a failed write */
        status = hl_out_commit(&out, e);
    }
    hl_strbuf_free(&t);
    return status;
}

/* ---- the checks ---- */

/* Grey levels are then those of images that are read with --depth. */
static void take_depth(hl_fingerprint *fingerprints, size_t n)
{
    const int chosen = hl_depth_bits(hl_depth_settle((hl_depth)opt_depth));
    for (size_t i = 0; i < n && opt_depth != HL_DEPTH_AUTO; i++)
        if (!fingerprints[i].why && fingerprints[i].bits)
            fingerprints[i].auto_bits = chosen ? chosen : 16;
}

static void check(audit_context *a)
{
    audit_check_unreadable(a);
    audit_check_remarks(a);
    audit_check_range(a);
    audit_check_depths(a);
    audit_check_inverted(a);
    audit_check_copies(a);
    audit_check_patients(a);
    audit_check_studies(a);
    audit_check_balance(a);
    audit_check_shortcuts(a);
    audit_check_dicom(a);
    audit_check_columns(a);
}

static void print_summary(const audit_context *a)
{
    hl_log_info("%zu images: %zu unreadable; %zu in %zu groups of copies; %zu patients in several "
                "subsets; %zu shortcuts to the label",
                a->m->n, a->unreadable, a->copied, a->groups, a->divided, a->shortcuts);
    if (a->other)
        hl_log_info("%zu images are copies of images of the other set", a->other_copies);
    if (!leaks(a))
        return;
    hl_strbuf text = {0};
    describe_leak(a, &text);
    hl_log_warn("leakage: %s: test metrics will be too optimistic", text.data);
    hl_strbuf_free(&text);
}

static bool has_class(const hl_manifest *m, const char *name)
{
    return hl_positive_find(m->classes, m->nclasses, name) != HL_NO_POSITIVE;
}

/* The audit needs no positive class, but everything after it does, so an unknown name fails early.
 * An external test may have no image of it: then it is a class of the other manifest. */
static int choose_positive(const hl_manifest *m, const char *name, const hl_manifest *other,
                           int *positive, hl_err *e)
{
    if (opt_positive && other && !has_class(m, opt_positive) && has_class(other, opt_positive)) {
        *positive = HL_NO_POSITIVE;
        return 0;
    }
    const hl_positive_choice c = {.classes = m->classes,
                                  .n = m->nclasses,
                                  .of = name,
                                  .asked = opt_positive,
                                  .recorded = HL_NO_POSITIVE};
    if (opt_positive && m->nclasses > 1)
        return hl_positive_class(positive, &c, e);
    *positive = hl_positive_by_names(m->classes, m->nclasses);
    return 0;
}

static int check_other_set(audit_context *a, hl_manifest *other, hl_err *e)
{
    if (!other)
        return 0;
    const hl_fingerprint_options how = {
        .root = other->root, .cache = opt_cache, .window = window, .jobs = (int)opt_jobs};
    return audit_check_other_set(a, other, opt_other, &how, opt_allow_leak, e);
}

/* other: of --other, or NULL. *found: whether there is a finding of the kind that --fail-on names.
 */
static int audit(hl_manifest *m, const char *name, hl_manifest *other, bool *found, hl_err *e)
{
    int positive;
    if (choose_positive(m, name, other, &positive, e))
        return -1;
    hl_manifest_drop_augmented(m); /* copies are made from the same files */
    const hl_fingerprint_options how = {.root = opt_root ? opt_root : m->root,
                                        .cache = opt_cache,
                                        .window = window,
                                        .jobs = (int)opt_jobs};
    hl_fingerprint *fingerprints = hl_calloc(m->n, sizeof *fingerprints);
    hl_duplicate *copies = hl_malloc(m->n, sizeof *copies);
    audit_context a = {.m = m,
                       .other = other,
                       .positive = positive,
                       .fingerprints = fingerprints,
                       .copies = copies,
                       .shortcut_limit = opt_limit};
    int status =
        hl_images_expect_kept(m, how.root, e) || hl_fingerprint_set_read(fingerprints, m, &how, e)
            ? -1
            : 0;
    if (status == 0) {
        take_depth(fingerprints, m->n);
        status = hl_duplicates_find(copies, fingerprints, m->n, (int)opt_jobs, e);
    }
    if (status == 0) {
        check(&a);
        status = check_other_set(&a, other, e);
    }
    if (status == 0)
        status = write_table(&a, e);
    if (status == 0) {
        print_summary(&a);
        *found = (opt_fail_on == FAIL_ON_LEAK && leaks(&a) && !opt_allow_leak) ||
                 (opt_fail_on == FAIL_ON_ERROR && a.findings.count[AUDIT_ERROR] > 0);
    }
    audit_findings_free(&a.findings);
    hl_fingerprint_set_free(fingerprints, m->n);
    free(fingerprints);
    free(copies);
    return status;
}

int main(int argc, char **argv)
{
    opt_jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    hl_window_option(&window, &opt_window);
    hl_err e;
    hl_manifest m, other = {0};
    bool found = false;
    hl_files f = {0};
    hl_files_read(&f, "MANIFEST", hl_or_standard(argv[first]));
    hl_files_read(&f, "--other", opt_other);
    hl_files_write(&f, "--output", hl_or_standard(opt_output), HL_TEXT);
    int status = hl_files_check(&f, &e) || (opt_other && hl_manifest_read(&other, opt_other, &e)) ||
                         hl_manifest_read(&m, argv[first], &e)
                     ? -1
                     : 0;
    if (status == 0) {
        status = audit(&m, argv[first] ? argv[first] : "the manifest", opt_other ? &other : NULL,
                       &found, &e);
        hl_manifest_free(&m);
    }
    if (opt_other)
        hl_manifest_free(&other);
    if (status)
        hl_log_error("%s", e.msg);
    return status || found ? 1 : 0;
}
