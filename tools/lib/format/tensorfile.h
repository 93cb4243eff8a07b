/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tensor files: one zstd frame (with content checksum and content size) around one safetensors
 * file, so that `zstd -dc f.safetensors.zst > f.safetensors` yields a file that every safetensors
 * library can read (docs/FORMAT.md). Tensors are written and read strictly in order, in pieces of
 * any size, so that a file of any length passes through a fixed buffer.
 *
 *   hl_tf_header h = {0};
 *   hl_tf_add_tensor(&h, "images", HL_U8, 4, (const int64_t[]){n, height, width, 1});
 *   hl_tf_set_meta(&h, "hilum.kind", "images");
 *   hl_tf_create(&w, path, &h, HL_TF_LEVEL_PIXELS, &e);
 *   for (int64_t i = 0; i < n; i++)
 *       hl_tf_write(w, pixels(i), height * width, &e);
 *   hl_tf_finish(w, &e);
 *
 *   hl_tf_open(&r, path, "images", &e);
 *   hl_tf_read(r, pixels, bytes, &e);
 *   hl_tf_end(r, &e);                          // verifies the data
 *   hl_tf_close(r);
 *
 * Functions that return int return 0, or -1 with e filled (file, what was expected, what was
 * found).
 */
#ifndef HILUM_FORMAT_TENSORFILE_H
#define HILUM_FORMAT_TENSORFILE_H

#include "base/error.h"
#include "sys/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum { HL_U8, HL_F16, HL_BF16, HL_F32, HL_I64, HL_DTYPES } hl_dtype;
extern const char *const hl_dtype_names[HL_DTYPES]; /* safetensors' spelling */
size_t hl_dtype_size(hl_dtype t);                   /* bytes per value */

enum { HL_MAX_RANK = 4, HL_MAX_TENSORS = 4096 };

typedef struct hl_tensor_desc {
    char *name;
    hl_dtype dtype;
    int rank;
    int64_t shape[HL_MAX_RANK]; /* row-major; [N, H, W, C] for images and maps */
    uint64_t bytes;             /* set by hl_tf_add_tensor and by the reader */
} hl_tensor_desc;

/* The header of the safetensors file. */
typedef struct hl_tf_header {
    hl_tensor_desc *tensors; /* in the order of their data */
    size_t ntensors;
    char **keys, **values; /* __metadata__: strings, sorted by key */
    size_t nmeta;
} hl_tf_header;

void hl_tf_add_tensor(hl_tf_header *h, const char *name, hl_dtype dtype, int rank,
                      const int64_t *shape);
void hl_tf_set_meta(hl_tf_header *h, const char *key, const char *value);  /* copies both */
const char *hl_tf_meta(const hl_tf_header *h, const char *key);            /* NULL if absent */
const hl_tensor_desc *hl_tf_find(const hl_tf_header *h, const char *name); /* NULL if absent */
void hl_tf_header_free(hl_tf_header *h);

/* ---- writing ---- */
typedef struct hl_tf_writer hl_tf_writer;

/* zstd levels, chosen by measurement: pixels barely compress, and the lower level stores such data
 * several times as fast. */
enum { HL_TF_LEVEL = 1, HL_TF_LEVEL_PIXELS = -1 };

/* Creates a file (path NULL or "-": standard output). Copies h. The header states the digest of the
 * data, so the data wait in scratch space (sys/scratch.h, next to a named file) until hl_tf_finish
 * writes both. */
int hl_tf_create(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level, hl_err *e);
/* The same if the SHA-256 of all the data is known beforehand, so that nothing has to wait. The
 * digest is not verified; if it is wrong, readers report the file as damaged. */
int hl_tf_create_stated(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level,
                        const char *digest, hl_err *e);
/* Sets metadata not known when the file was created; not after hl_tf_create_stated. */
void hl_tf_amend(hl_tf_writer *w, const char *key, const char *value);
/* Number of threads that compress each file created from now on, in addition to the caller's;
 * initially 1. It does not affect the bytes of the file. */
void hl_tf_set_threads(int n);
int hl_tf_write(hl_tf_writer *w, const void *data, size_t bytes, hl_err *e);
/* For a tool that commits several outputs together: ends the data, of which exactly the bytes that
 * the header describes must have been written. hl_tf_output is then ready for hl_out_commit_all;
 * afterwards, hl_tf_discard frees w. */
int hl_tf_complete(hl_tf_writer *w, hl_err *e);
hl_out *hl_tf_output(hl_tf_writer *w);
/* Ends and commits the file. Frees w, even on failure. */
int hl_tf_finish(hl_tf_writer *w, hl_err *e);
void hl_tf_discard(hl_tf_writer *w); /* abandons the file and frees w; NULL is allowed */

/* ---- reading ---- */
typedef struct hl_tf_reader hl_tf_reader;

/* Opens a file (path NULL or "-": standard input), reads and validates its header. kind: the
 * required value of the metadata hilum.kind, or NULL for any. */
int hl_tf_open(hl_tf_reader **r, const char *path, const char *kind, hl_err *e);
/* The same for a file of any kind, including a plain safetensors file without a zstd frame, as
 * other programs write them; its identity is computed in the same way. */
int hl_tf_open_any(hl_tf_reader **r, const char *path, hl_err *e);
const hl_tf_header *hl_tf_get_header(const hl_tf_reader *r);
const char *hl_tf_name(const hl_tf_reader *r); /* for messages */
/* The identity of the file: the digest of its header, which contains the digests of its data and of
 * all the files that it was made from. Known at once; hl_tf_end verifies that the data match. */
const char *hl_tf_id(const hl_tf_reader *r);
/* False for files of version 0.1.0, whose header does not state the digest of the data. */
bool hl_tf_id_covers_data(const hl_tf_reader *r);
/* Reads the next `bytes` of data; an error if fewer are left. */
int hl_tf_read(hl_tf_reader *r, void *data, size_t bytes, hl_err *e);
/* hl_tf_read in two steps, for callers that hash one piece while another thread reads the next.
 * Both must cover all data, in the order of the file, before hl_tf_end. The two may run at the same
 * time, but neither beside itself. */
int hl_tf_read_unverified(hl_tf_reader *r, void *data, size_t bytes, hl_err *e);
void hl_tf_add_to_digest(hl_tf_reader *r, const void *data, size_t bytes);
/* Reads n float32 of a tensor; an error if one of them is not finite. */
int hl_tf_read_finite(hl_tf_reader *r, const char *tensor, float *values, size_t n, hl_err *e);
int hl_tf_skip(hl_tf_reader *r, uint64_t bytes, hl_err *e);
/* Requires that all data have been read and that nothing follows; verifies zstd's checksum and, if
 * the header states it, the digest of the data. */
int hl_tf_end(hl_tf_reader *r, hl_err *e);
void hl_tf_close(hl_tf_reader *r); /* NULL is allowed */

/* Prints the version of zstd, for hl_cli. */
void hl_tf_libraries(FILE *fp);

#endif
