/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tensor files: one zstd frame (content checksum, content size pledged) around one safetensors
 * file, so that `zstd -dc f.safetensors.zst > f.safetensors` gives what every safetensors library
 * reads. See docs/FORMAT.md. Tensors are written and read strictly in order, in pieces of any
 * size, so that a file of any length passes through a fixed buffer; what is written waits on the
 * disk until its digest is known.
 *
 * Errors: every function returns 0 or -1 with e filled (file, what was expected, what was found).
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
extern const char *const hl_dtype_names[HL_DTYPES]; /* as safetensors spells them */
size_t hl_dtype_size(hl_dtype t);                   /* bytes of one value */

enum { HL_MAX_RANK = 4, HL_MAX_TENSORS = 4096 };

typedef struct hl_tensor_desc {
    char *name;
    hl_dtype dtype;
    int rank;
    int64_t shape[HL_MAX_RANK]; /* row-major; [N, H, W, C] for images and maps */
    uint64_t bytes;             /* set by hl_tf_add_tensor and by the reader */
} hl_tensor_desc;

/* What stands before the data. */
typedef struct hl_tf_header {
    hl_tensor_desc *tensors; /* in the order of their data */
    size_t ntensors;
    char **keys, **values; /* __metadata__: string to string, sorted by key */
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

/* path NULL or "-": standard output. The caller keeps h. The header of the file also states the
 * digest of its data, so the data wait in scratch space (see scratch.h, beside a file that is
 * named) until hl_tf_finish writes both. level is zstd's; these are the measured ones: pixels
 * barely compress, and what does not is done several times as fast by the lower one. */
enum { HL_TF_LEVEL = 1, HL_TF_LEVEL_PIXELS = -1 };
int hl_tf_create(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level, hl_err *e);
/* The same where the SHA-256 of all the data is known already, so that nothing waits. It is taken
 * as it is: with another one, readers would call the file damaged. */
int hl_tf_create_stated(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level,
                        const char *digest, hl_err *e);
/* Sets metadata that could not be known when the file was created; not for hl_tf_create_stated. */
void hl_tf_amend(hl_tf_writer *w, const char *key, const char *value);
/* Threads that compress each file created from now on, beside the caller's; 1 at the start. Their
 * number changes nothing in the file. */
void hl_tf_set_threads(int n);
int hl_tf_write(hl_tf_writer *w, const void *data, size_t bytes, hl_err *e);
/* For a tool that commits several outputs together: ends the data, exactly the promised bytes of
 * which must have been written. hl_tf_output is then ready for hl_out_commit_all; hl_tf_discard
 * frees w after that. */
int hl_tf_complete(hl_tf_writer *w, hl_err *e);
hl_out *hl_tf_output(hl_tf_writer *w);
/* Ends and commits the file. Frees w in any case. */
int hl_tf_finish(hl_tf_writer *w, hl_err *e);
void hl_tf_discard(hl_tf_writer *w); /* gives up: no file is left; NULL is fine */

/* ---- reading ---- */
typedef struct hl_tf_reader hl_tf_reader;

/* Reads and validates the header. kind is what `hilum.kind` must say, or NULL for any. */
int hl_tf_open(hl_tf_reader **r, const char *path, const char *kind, hl_err *e);
/* The same for a file of any kind, which may also be a plain safetensors file, as other programs
 * write them; its identity is made in the same way. */
int hl_tf_open_any(hl_tf_reader **r, const char *path, hl_err *e);
const hl_tf_header *hl_tf_get_header(const hl_tf_reader *r);
const char *hl_tf_name(const hl_tf_reader *r); /* for messages */
/* Identity of the file: digest of its header, which holds the digests of its data and of all that
 * it came from. It is known at once; whether the data are the ones that it covers, hl_tf_end tells.
 */
const char *hl_tf_id(const hl_tf_reader *r);
/* False for files of 0.1.0, whose header does not state the digest of their data. */
bool hl_tf_id_covers_data(const hl_tf_reader *r);
/* The next `bytes` of data; fewer left is an error. */
int hl_tf_read(hl_tf_reader *r, void *data, size_t bytes, hl_err *e);
/* n float32 of a tensor, of which each must be finite. */
int hl_tf_read_finite(hl_tf_reader *r, const char *tensor, float *values, size_t n, hl_err *e);
int hl_tf_skip(hl_tf_reader *r, uint64_t bytes, hl_err *e);
/* All data must have been read and nothing may follow; checks the checksum, and the digest of the
 * data where the header states it. */
int hl_tf_end(hl_tf_reader *r, hl_err *e);
void hl_tf_close(hl_tf_reader *r); /* NULL is fine */

/* The library of the frame, as hl_cli wants it. */
void hl_tf_libraries(FILE *fp);

#endif
