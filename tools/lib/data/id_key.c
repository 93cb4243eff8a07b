/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/id_key.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "sys/input.h"
#include "sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the key file ---- */

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int read_key(hl_id_key *k, const char *file, hl_err *e)
{
    FILE *fp = hl_in_open_file(file, e);
    if (!fp)
        return -1;
    char *text;
    size_t n;
    const int status = hl_in_read_all(fp, file, HL_ID_KEY_MOST, &text, &n, e);
    fclose(fp);
    if (status)
        return -1;
    size_t first = 0;
    while (n > 0 && is_blank((unsigned char)text[n - 1]))
        n--;
    while (first < n && is_blank((unsigned char)text[first]))
        first++;
    k->n = n - first;
    memcpy(k->bytes, text + first, k->n);
    free(text);
    return k->n >= HL_ID_KEY_LEAST
               ? 0
               : hl_fail(e,
                         "%s: too short for a key: expected at least %d bytes, found %zu: 'openssl "
                         "rand -hex 32' makes one",
                         file, HL_ID_KEY_LEAST, k->n);
}

/* ---- the key of this user ---- */

/* The specification has relative paths in XDG_CONFIG_HOME ignored. */
static char *default_folder(hl_err *e)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config == '/')
        return hl_path_join(config, "hilum");
    if (home && *home)
        return hl_path_join(home, ".config/hilum");
    hl_fail(e, "no place for the key of identifiers: expected HOME to be set, or --id-key FILE");
    return NULL;
}

static int make_folders(const char *folder, hl_err *e)
{
    char *path = hl_strdup(folder);
    int status = 0;
    for (char *slash = path; status == 0 && slash;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (mkdir(path, 0700) && errno != EEXIST)
            status = hl_fail_errno(e, "%s: cannot be created", path);
        if (slash)
            *slash = '/';
    }
    free(path);
    return status;
}

static int write_key(int fd, const char *file, hl_err *e)
{
    unsigned char raw[32];
    char text[2 * sizeof raw + 2];
    if (getrandom(raw, sizeof raw, 0) != sizeof raw)
        return hl_fail_errno(e, "%s: no random bytes for a key", file);
    for (size_t i = 0; i < sizeof raw; i++)
        snprintf(text + 2 * i, 3, "%02x", raw[i]);
    text[2 * sizeof raw] = '\n';
    const size_t n = sizeof text - 1;
    return write(fd, text, n) == (ssize_t)n && fsync(fd) == 0
               ? 0
               : hl_fail_errno(e, "%s: cannot be written", file);
}

/* Under another name first, so that a process that starts at the same time never reads half a key;
 * the first of them makes the key of both. */
static int make_key(const char *folder, const char *file, hl_err *e)
{
    if (make_folders(folder, e))
        return -1;
    hl_strbuf name = {0};
    hl_strbuf_printf(&name, "%s.XXXXXX", file);
    const int fd = mkostemp(name.data, O_CLOEXEC); /* for its owner alone */
    int status = fd < 0 ? hl_fail_errno(e, "%s: cannot be created", file) : write_key(fd, file, e);
    if (fd >= 0)
        close(fd);
    if (status == 0 && link(name.data, file) == 0)
        hl_log_info("%s: made the key by which identifiers of patients are hidden: keep it, and "
                    "keep it apart from the results",
                    file);
    else if (status == 0 && errno != EEXIST)
        status = hl_fail_errno(e, "%s: cannot be created", file);
    if (fd >= 0)
        unlink(name.data);
    hl_strbuf_free(&name);
    return status;
}

static int open_own(hl_id_key *k, hl_err *e)
{
    char *folder = default_folder(e);
    if (!folder)
        return -1;
    char *file = hl_path_join(folder, "id-key");
    int status = access(file, F_OK) == 0 ? 0 : make_key(folder, file, e);
    if (status == 0)
        status = read_key(k, file, e);
    free(file);
    free(folder);
    return status;
}

int hl_id_key_open(hl_id_key *k, const char *file, hl_err *e)
{
    *k = (hl_id_key){0};
    return file && *file ? read_key(k, file, e) : open_own(k, e);
}

/* ---- pseudonyms ---- */

void hl_pseudonym_make(const hl_id_key *k, const char *kind, const char *text, const char *with,
                       char name[HL_PSEUDONYM_SIZE])
{
    unsigned char raw[32];
    hl_strbuf message = {0};
    hl_strbuf_add(&message, kind, strlen(kind) + 1);
    hl_strbuf_add(&message, text, strlen(text) + 1);
    hl_strbuf_add(&message, with, strlen(with) + 1);
    hl_hmac_sha256(k->bytes, k->n, message.data, message.len, raw);
    for (size_t i = 0; i < (HL_PSEUDONYM_SIZE - 1) / 2; i++)
        snprintf(name + 2 * i, 3, "%02x", raw[i]);
    hl_strbuf_free(&message);
}

void hl_id_key_digest(const hl_id_key *k, char text[HL_DIGEST_SIZE])
{
    static const char purpose[] = "hilum id-key";
    unsigned char raw[32];
    hl_hmac_sha256(k->bytes, k->n, purpose, sizeof purpose, raw);
    hl_digest_bytes(raw, sizeof raw, text);
}
