/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/sample_file.h"
#include "helpers.h"

static char class_a[] = "A", class_b[] = "B", class_c[] = "C\tc";
static char *const classes[] = {class_a, class_b, class_c};

static const hl_feature_space feature_space = {
    .height = 2, .width = 3, .filter = "area", .fit = "pad"};

/* Two samples, none of class B. */
static hl_manifest two_samples(void)
{
    hl_manifest m = {0};
    hl_manifest_add(&m, "x/é.png", "C\tc", "p1", HL_TEST);
    hl_manifest_add(&m, "y.png", "A", "p2", HL_TRAIN);
    hl_manifest_finish(&m);
    return m;
}

static void write_images(const char *path)
{
    hl_err e;
    hl_tf_writer *w;
    char name[] = "images";
    hl_manifest m = two_samples();
    const hl_tensor_desc d = {.name = name, .dtype = HL_U8, .rank = 4, .shape = {2, 2, 3, 1}};
    assert_int_equal(hl_samples_create(&w, path, &m, classes, 3, &feature_space,
                                       "[{\"tool\":\"t\"}]", &d, NULL, NULL, &e),
                     0);
    assert_int_equal(hl_tf_write(w, "0123456789ab", 12, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_manifest_free(&m);
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    hl_samples s;
    char row[6];
    write_images("f");
    assert_int_equal(hl_samples_open(&s, "f", "images", &e), 0);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.row_bytes, 6);
    assert_int_equal(s.payload.rank, 4);
    assert_int_equal(s.payload.shape[2], 3);
    assert_int_equal(s.payload.dtype, HL_U8);
    assert_string_equal(s.provenance, "[{\"tool\":\"t\"}]");
    assert_memory_equal(&s.feature_space, &feature_space, sizeof feature_space);
    assert_int_equal(s.nclasses, 3);
    for (size_t k = 0; k < 3; k++)
        assert_string_equal(s.classes[k], classes[k]);
    /* Classes are numbered as in hilum.classes, even if one of them has no sample. */
    assert_string_equal(s.manifest.samples[0].path, "x/é.png");
    assert_int_equal(s.manifest.samples[0].cls, 2);
    assert_int_equal(s.manifest.samples[0].subset, HL_TEST);
    assert_int_equal(s.manifest.samples[1].cls, 0);
    assert_int_equal(hl_tf_read(s.file, row, 6, &e), 0);
    assert_memory_equal(row, "012345", 6);
    assert_int_equal(hl_tf_read(s.file, row, 6, &e), 0);
    assert_memory_equal(row, "6789ab", 6);
    assert_int_equal(hl_tf_end(s.file, &e), 0);
    hl_samples_close(&s);
    hl_samples_close(&s);
}

/* The embedded manifest does not depend on the machine: it has no #root and #provenance lines. */
static void the_embedded_manifest_has_no_origin(void **state)
{
    (void)state;
    static const char rows[] = "#hilum-manifest 1\n#samples\t2\npath\tlabel\tpatient\tsubset\n"
                               "x/é.png\tC\\tc\tp1\ttest\ny.png\tA\tp2\ttrain\n";
    hl_err e;
    hl_tf_reader *r;
    char text[sizeof rows];
    write_images("f");
    assert_int_equal(hl_tf_open(&r, "f", "images", &e), 0);
    const hl_tf_header *h = hl_tf_get_header(r);
    assert_int_equal(h->ntensors, 2);
    assert_int_equal(h->tensors[0].bytes, sizeof rows - 1);
    assert_int_equal(hl_tf_read(r, text, sizeof rows - 1, &e), 0);
    assert_memory_equal(text, rows, sizeof rows - 1);
    assert_string_equal(hl_tf_meta(h, "hilum.classes"), "[\"A\",\"B\",\"C\\tc\"]");
    assert_non_null(hl_tf_meta(h, "hilum.data"));
    assert_int_equal(h->nmeta, 5);
    hl_tf_close(r);
}

/* ---- invalid files ---- */

/* A valid feature file, of which each case changes one part. */
typedef struct parts {
    const char *kind, *class_list, *space_text, *provenance, *text;
    const char *first, *second; /* names of the tensors */
    hl_dtype first_dtype;
    int first_rank, second_rank;
    int64_t rows;
} parts;

static parts good_parts(void)
{
    return (parts){
        "features",
        "[\"A\",\"B\"]",
        "{\"height\":1,\"width\":1}",
        "[]",
        "#hilum-manifest 1\npath\tlabel\tpatient\tsubset\na\tA\tp\ttest\nb\tB\tp\ttest\n",
        "manifest",
        "features",
        HL_U8,
        1,
        2,
        2};
}

/* Writes the file f: the text, and zeros up to the bytes that the header states. Frees h. */
static void write_tensors(hl_tf_header *h, const char *text, size_t len, hl_err *e)
{
    hl_tf_writer *w;
    size_t left = 0;
    for (size_t i = 0; i < h->ntensors; i++)
        left += (size_t)h->tensors[i].bytes;
    char *data = calloc(left + len, 1);
    assert_non_null(data);
    memcpy(data, text, len);
    assert_int_equal(hl_tf_create(&w, "f", h, HL_TF_LEVEL, e), 0);
    assert_int_equal(hl_tf_write(w, data, left, e), 0);
    assert_int_equal(hl_tf_finish(w, e), 0);
    free(data);
    hl_tf_header_free(h);
}

static int open_parts(const parts *p, hl_err *e)
{
    hl_tf_header h = {0};
    const char *const meta[][2] = {{"hilum.kind", p->kind},
                                   {"hilum.classes", p->class_list},
                                   {"hilum.feature_space", p->space_text},
                                   {"hilum.provenance", p->provenance}};
    const size_t len = strlen(p->text);
    hl_tf_add_tensor(&h, p->first, p->first_dtype, p->first_rank,
                     (const int64_t[]){(int64_t)len, 1});
    hl_tf_add_tensor(&h, p->second, HL_U8, p->second_rank, (const int64_t[]){p->rows, 5, 1});
    for (size_t i = 0; i < COUNT(meta); i++)
        if (meta[i][1])
            hl_tf_set_meta(&h, meta[i][0], meta[i][1]);
    write_tensors(&h, p->text, len, e);
    hl_samples s;
    const int status = hl_samples_open(&s, "f", "features", e);
    if (status)
        assert_null(s.file);
    hl_samples_close(&s);
    return status;
}

static void refused(parts p, const char *message)
{
    hl_err e;
    assert_int_equal(open_parts(&p, &e), -1);
    assert_string_equal(e.msg, message);
}

#define REFUSED(member, wrong, message)                                                            \
    do {                                                                                           \
        parts changed = good_parts();                                                              \
        changed.member = wrong;                                                                    \
        refused(changed, message);                                                                 \
    } while (0)

static void metadata_must_be_right(void **state)
{
    (void)state;
    hl_err e;
    const parts good = good_parts();
    assert_int_equal(open_parts(&good, &e), 0);
    REFUSED(kind, "images", "f: expected a file of kind 'features', found 'images'");
    REFUSED(kind, NULL, "f: expected a file of kind 'features', found 'none'");
    REFUSED(class_list, NULL, "f: expected metadata hilum.classes, found none");
    REFUSED(class_list, "[]", "f: hilum.classes: expected a JSON list of different names");
    REFUSED(space_text, NULL, "f: expected metadata hilum.feature_space, found none");
    REFUSED(space_text, "[]", "f: hilum.feature_space: not a JSON object");
    REFUSED(provenance, NULL, "f: expected metadata hilum.provenance, found none");
    REFUSED(class_list, "[\"A\"]", "f: sample 'b': its label 'B' is not in hilum.classes");
}

static void tensors_must_be_right(void **state)
{
    (void)state;
    REFUSED(first, "rows", "f: expected the tensors manifest and features");
    REFUSED(second, "images", "f: expected the tensors manifest and features");
    REFUSED(first_dtype, HL_F32, "f: manifest: expected U8 of one dimension, found F32 of 1");
    REFUSED(first_rank, 2, "f: manifest: expected U8 of one dimension, found U8 of 2");
    REFUSED(second_rank, 1, "f: features: expected at least one row");
    REFUSED(second_rank, 0, "f: features: expected at least one row");
    REFUSED(rows, 0, "f: features: expected at least one row");
    REFUSED(rows, 3, "f: 2 samples in the manifest, but 3 rows of features");
    REFUSED(rows, 1, "f: 2 samples in the manifest, but 1 rows of features");
    REFUSED(text, "", "f: not a manifest: expected a line of column names");
    REFUSED(text, "junk\n", "f: not a manifest: expected '#hilum-manifest 1' in line 1");
}

static void a_failed_start_leaves_no_file(void **state)
{
    (void)state;
    hl_err e;
    hl_tf_writer *w;
    char name[] = "images", bad[] = "\xff", *const bad_classes[] = {class_a, bad};
    hl_manifest m = two_samples();
    const hl_tensor_desc d = {.name = name, .dtype = HL_U8, .rank = 2, .shape = {2, 1}};
    assert_int_equal(
        hl_samples_create(&w, "f", &m, bad_classes, 2, &feature_space, "[]", &d, NULL, NULL, &e),
        -1);
    assert_string_equal(e.msg, "a class name is not UTF-8");
    assert_int_equal(
        hl_samples_create(&w, "none/f", &m, classes, 3, &feature_space, "[]", &d, NULL, NULL, &e),
        -1);
    assert_contains(e.msg, "none/f: cannot be created");
    assert_int_equal(
        hl_samples_create(&w, "f", &m, classes, 3, &feature_space, "\xff", &d, NULL, NULL, &e), -1);
    assert_contains(e.msg, "not UTF-8");
    assert_int_equal(list_files(false), 0);
    hl_samples s;
    assert_int_equal(hl_samples_open(&s, "none", "images", &e), -1);
    hl_samples_close(&s);
    hl_manifest_free(&m);
}

/* ---- shards ---- */

/* A shard whose tensors between manifest and payload are as given. rows: of the payload. */
typedef struct shard_parts {
    const char *metadata, *text;
    const char *files_name, *rejects_name;
    int64_t files[2];
    int64_t rows, width;
} shard_parts;

static const char shard_rows[] =
    "#hilum-manifest 1\n#samples\t2\npath\tlabel\tpatient\tsubset\taugmented_copy\n"
    "a\tA\tp\ttrain\t0\na\tA\tp\ttrain\t1\n";
static const char no_rows[] = "#hilum-manifest 1\n#samples\t0\npath\tlabel\tpatient\tsubset\n";

static shard_parts good_shard(void)
{
    return (shard_parts){
        .metadata = "{\"k\":1,\"n\":2,\"rows\":3,\"images\":6}",
        .text = shard_rows,
        .files_name = "files",
        .rejects_name = "rejects",
        .files = {1, 32},
        .rows = 2,
        .width = 3,
    };
}

static int open_shard(const shard_parts *p, hl_samples *s, hl_err *e)
{
    hl_tf_header h = {0};
    const size_t len = strlen(p->text);
    hl_tf_add_tensor(&h, "manifest", HL_U8, 1, (const int64_t[]){(int64_t)len});
    hl_tf_add_tensor(&h, p->files_name, HL_U8, 2, p->files);
    hl_tf_add_tensor(&h, p->rejects_name, HL_U8, 1, (const int64_t[]){4});
    hl_tf_add_tensor(&h, "images", HL_U8, 2, (const int64_t[]){p->rows, p->width});
    hl_tf_set_meta(&h, "hilum.kind", "images");
    hl_tf_set_meta(&h, "hilum.classes", "[\"A\",\"B\"]");
    hl_tf_set_meta(&h, "hilum.feature_space", "{\"height\":1,\"width\":1}");
    hl_tf_set_meta(&h, "hilum.provenance", "[]");
    if (p->metadata)
        hl_tf_set_meta(&h, "hilum.shard", p->metadata);
    write_tensors(&h, p->text, len, e);
    return hl_samples_open(s, "f", "images", e);
}

#define SHARD_REFUSED(member, wrong, message)                                                      \
    do {                                                                                           \
        shard_parts changed = good_shard();                                                        \
        changed.member = wrong;                                                                    \
        assert_int_equal(open_shard(&changed, &s, &e), -1);                                        \
        assert_string_equal(e.msg, message);                                                       \
    } while (0)

static void shards_must_be_right(void **state)
{
    (void)state;
    hl_err e;
    hl_samples s;
    shard_parts p = good_shard();
    assert_int_equal(open_shard(&p, &s, &e), 0);
    assert_true(s.shard.k == 1 && s.shard.n == 2 && s.shard.nfiles == 1);
    assert_int_equal(s.shard.rejects_len, 4);
    hl_samples_close(&s);
    SHARD_REFUSED(metadata, "{}",
                  "f: hilum.shard: expected a shard k of n, the rows of the manifest and their "
                  "images");
    SHARD_REFUSED(metadata, NULL, "f: expected the tensors manifest and images");
    SHARD_REFUSED(files_name, "file",
                  "f: expected the tensors manifest, files, rejects and images");
    SHARD_REFUSED(rejects_name, "reject",
                  "f: expected the tensors manifest, files, rejects and images");
    SHARD_REFUSED(files[1], 31, "f: files: expected U8 [N, 32]");
    SHARD_REFUSED(files[0], 2, "f: 1 images in the manifest, but the digests of 2 files");
    SHARD_REFUSED(rows, 1, "f: 2 samples in the manifest, but 1 rows of images");
    SHARD_REFUSED(rows, 0, "f: 2 samples in the manifest, but 0 rows of images");
}

/* Where all images were left out; the size of a row is known all the same. */
static void a_shard_may_be_empty(void **state)
{
    (void)state;
    hl_err e;
    hl_samples s;
    shard_parts p = good_shard();
    p.text = no_rows;
    p.files[0] = p.rows = 0;
    assert_int_equal(open_shard(&p, &s, &e), 0);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.row_bytes, 3);
    hl_samples_close(&s);
    p.metadata = NULL;
    assert_int_equal(open_shard(&p, &s, &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(round_trip),
        IN_FOLDER(the_embedded_manifest_has_no_origin),
        IN_FOLDER(metadata_must_be_right),
        IN_FOLDER(tensors_must_be_right),
        IN_FOLDER(a_failed_start_leaves_no_file),
        IN_FOLDER(shards_must_be_right),
        IN_FOLDER(a_shard_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
