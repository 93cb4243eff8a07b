#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# digest, checked against coreutils' sha256sum.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p set/A set/B
    echo one >set/A/1.png
    echo two >set/B/2.png
    echo three >"set/B/a name
of two lines\\"
}

# The digest of a folder by coreutils.
expected() {
    local digest
    digest=$(cd "$1" && find -L . -type f -not -path '*/.*' -printf '%P\0' | sort -z |
        xargs -0 sha256sum -z | sha256sum | cut -d ' ' -f 1)
    echo "sha256:$digest"
}

digest_of() { digest -q "$@" | cut -f 1; }

# The ctime of a file cannot be set, so wait until the files are more than 2 seconds old.
fill_cache() {
    sleep 2.1
    digest_of --cache cache set >/dev/null
    [ "$(ls cache | wc -l)" -eq 1 ]
}

# With wrong digests in the cache, it shows whether a digest comes from the cache.
spoil_cache() {
    sed -i '3,$s/sha256:.\{8\}/sha256:00000000/' cache/*
    renew_checksum cache/*
}

@test "digest: of a file and of a folder, as computed by coreutils" {
    [ "$(digest_of set)" = "$(expected set)" ]
    [ "$(digest_of set/A/1.png)" = "sha256:$(sha256sum <set/A/1.png | cut -d ' ' -f 1)" ]
    run digest -q set set/A/1.png
    [ "${lines[0]}" = "$(expected set)"$'\tset' ]
    [ "${lines[1]}" = "sha256:$(sha256sum <set/A/1.png | cut -d ' ' -f 1)"$'\tset/A/1.png' ]
}

@test "digest: names and contents count, dates, hidden files and the folder's own name do not" {
    before=$(digest_of set)
    touch -d 2001-01-01 set/A/1.png
    echo hidden >set/.DS_Store
    mv set other
    [ "$(digest_of other)" = "$before" ]
    mv other/A/1.png other/A/3.png
    [ "$(digest_of other)" != "$before" ]
    mv other/A/3.png other/A/1.png
    echo One >other/A/1.png
    [ "$(digest_of other)" != "$before" ]
}

@test "digest: digests of unchanged files come from the cache" {
    before=$(digest_of --cache cache set)
    fill_cache
    [ "$(digest_of --cache cache set)" = "$before" ]
    spoil_cache
    [ "$(digest_of --cache cache set)" != "$before" ] # so nothing was read
    [ "$(digest_of set)" = "$before" ]
}

@test "digest: a file that changed is read again, also with its old size and date" {
    fill_cache
    touch -r set/A/1.png date
    echo ONE >set/A/1.png
    touch -r date set/A/1.png
    [ "$(digest_of --cache cache set)" = "$(expected set)" ]
    rm set/B/2.png
    [ "$(digest_of --cache cache set)" = "$(expected set)" ]
}

@test "digest: a file that has just been written is not cached" {
    digest_of --cache cache set >/dev/null
    [ -z "$(ls cache)" ] # nothing to keep
}

@test "digest: a damaged cache causes a warning and is ignored" {
    fill_cache
    echo damage >"$(echo cache/*)"
    run --separate-stderr digest -q --cache cache set
    [ "$status" -eq 0 ]
    [[ $stderr == "digest: warning: cache/"*"all files are read again" ]]
    [ "$(cut -f 1 <<<"$output")" = "$(expected set)" ]
    run --separate-stderr digest -q --cache cache set
    [ -z "$stderr" ]
}

@test "digest: unreadable paths are refused in one line" {
    fails 1 'nowhere: cannot be read: No such file' digest nowhere
    fails 1 '/dev/null: expected a file or a folder' digest /dev/null
    fails 1 'nowhere/cache: cannot be created' digest --cache nowhere/cache set
    fails 2 'missing operand' digest
    ln -s nowhere set/link
    fails 1 'set/link: is a dangling link' digest set
}

@test "digest: a dangling link that is named like an image counts by its name" {
    rm set/B/*lines*
    ln -s nowhere.png set/link.png
    want=$({ (cd set && sha256sum -z A/1.png B/2.png); printf '%064d  link.png\0' 0; } | sha256sum | cut -d ' ' -f 1)
    fill_cache
    [ "$(digest_of --cache cache set)" = "sha256:$want" ]
    echo image >set/nowhere.png
    [ "$(digest_of --cache cache set)" = "$(expected set)" ]
}

@test "digest: - is the name of a file, not standard input" {
    printf 'in the file' >./-
    want=$(sha256sum <./- | cut -d ' ' -f 1)
    [ "$(digest -- - <<<'not this')" = "sha256:$want	-" ]
    [ "$(digest - <<<'not this')" = "sha256:$want	-" ]
    rm ./-
    fails 1 '^digest: -: cannot be read: No such file' digest - <<<'not this'
}
