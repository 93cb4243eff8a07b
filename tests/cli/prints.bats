#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What split and audit remember of images: the same results, and nothing that is not so any more.

load helpers
bats_require_minimum_version 1.5.0

# The dates of an inode cannot be set, and only after 2 seconds they tell that nothing changed.
setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 40 --min-size 64 --max-size 80 set
    echo 'no image' >set/NORMAL/IM-9999-0001.png
    : >set/NORMAL/IM-9997-0001.png
    ln -s "$(basename set/NORMAL/*-0001-0001.png)" set/NORMAL/IM-9998-0001.png
    split -q --exact -o expected.m set
    audit -q -o expected.a expected.m
    sleep 2.1
    split -q --exact --cache filled -o m.tsv set
    cmp m.tsv expected.m
}

setup() {
    cp -r "$BATS_FILE_TMPDIR"/{expected.*,filled} "$BATS_TEST_TMPDIR"
    ln -s "$BATS_FILE_TMPDIR/set" "$BATS_TEST_TMPDIR/set" # the same inodes; not for tests that change one
    cd "$BATS_TEST_TMPDIR"
}

# own_images: a set that this test may change, older than 2 seconds, and its cache
own_images() {
    rm set
    cp -r "$BATS_FILE_TMPDIR/set" set
    sleep 2.1
    rm -r filled
    split -q --exact --cache filled -o m.tsv set
}

# results [OPTION...]: of both tools, in m.tsv and a.tsv
results() {
    split -q --exact "$@" -o m.tsv set
    audit -q "$@" -o a.tsv m.tsv
}

same_as_without_cache() {
    results --cache "$1"
    mv m.tsv with.m
    mv a.tsv with.a
    results
    cmp with.m m.tsv
    cmp with.a a.tsv
}

as_expected() {
    cmp m.tsv expected.m
    cmp a.tsv expected.a
}

# change_cache COMMAND...: the safetensors file in filled/ through a filter, and back
change_cache() { change_prints filled/*.fingerprints "$@"; }
spoil() { spoil_prints filled/*.fingerprints "$1"; }

@test "cache: the same bytes without one, with a new one and with a full one" {
    results --cache new
    as_expected
    [ "$(ls new | wc -l)" -eq 1 ]
    results --cache new -j 3
    as_expected
    results --cache filled -j 1
    as_expected
    cmp new/*.fingerprints filled/*.fingerprints
    # Audit fills it as well, from a manifest that lies elsewhere.
    audit -q --cache by-audit --root "$PWD/set/../set" <m.tsv >a.tsv
    as_expected
    cmp by-audit/*.fingerprints filled/*.fingerprints
    [ "$(basename by-audit/*)" = "$(basename filled/*)" ]
    # And from one that names no folder, in the folder itself.
    (cd set && grep -v '^#root' "$OLDPWD/m.tsv" | with_checksum | audit -q --cache "$OLDPWD/from-inside" >/dev/null)
    cmp from-inside/*.fingerprints filled/*.fingerprints
    [ "$(basename from-inside/*)" = "$(basename filled/*)" ]
}

@test "cache: images that did not change are not read again" {
    spoil 136 # the digests of the files
    results --cache filled
    chain() { sed -n 's/.*"images":"\(sha256:[0-9a-f]*\).*/\1/p' "$1"; }
    [ "$(chain a.tsv)" != "$(chain expected.a)" ]
    [ "$(chain m.tsv)" != "$(chain expected.m)" ]
    results
    as_expected
}

@test "cache: what is all known is not written again" {
    before=$(stat -c '%i %Y' filled/*)
    results --cache filled
    [ "$(stat -c '%i %Y' filled/*)" = "$before" ]
    # A part of it is enough.
    head -n 20 m.tsv | grep -v '^#samples' | audit -q --cache filled >/dev/null
    [ "$(stat -c '%i %Y' filled/*)" = "$before" ]
}

@test "cache: an image that changed is read again, also with its old size and date" {
    own_images
    results
    cp a.tsv before.a
    image=$(echo set/NORMAL/*-0003-0001.png)
    touch -r "$image" date
    printf X | dd of="$image" bs=1 seek=1000 conv=notrunc status=none
    touch -r date "$image"
    same_as_without_cache filled
    run ! cmp -s a.tsv before.a
    grep -q "unreadable.*${image#set/}" a.tsv
}

@test "cache: images that are new, gone or exchanged" {
    own_images
    images=(set/PNEUMONIA/*.png)
    rm "${images[0]}"
    cp "${images[1]}" set/NORMAL/IM-8000-0001.png
    mv "${images[2]}" swap
    mv "${images[3]}" "${images[2]}"
    mv swap "${images[3]}"
    same_as_without_cache filled
    sleep 2.1
    same_as_without_cache filled
    # What is gone is forgotten where something new is kept.
    rows() { zstd -qdc filled/* | tail -c +9 | head -c 2000 | grep -ao '"state":{"dtype":"I64","shape":\[[0-9]*' | grep -o '[0-9]*$'; }
    [ "$(rows)" -eq "$(find set -name '*.png' -type f ! -name 'IM-999[79]*' | wc -l)" ]
}

@test "cache: a file that has just been made is not trusted to stay" {
    rm set
    cp -r "$BATS_FILE_TMPDIR/set" set
    split -q --exact --cache new -o m.tsv set
    [ -z "$(ls new)" ]
}

@test "cache: several sets beside each other" {
    rm set
    ln -s "$BATS_FILE_TMPDIR/set" other
    split -q --exact --cache filled -o m.tsv other # the same place by another name
    [ "$(ls filled | wc -l)" -eq 1 ]
    cp -r "$BATS_FILE_TMPDIR/set" set
    sleep 2.1
    split -q --exact --cache filled -o m.tsv set
    [ "$(ls filled | wc -l)" -eq 2 ]
    # And beside digests of the same folder.
    digest -q --cache filled set >/dev/null
    [ "$(ls filled | wc -l)" -eq 3 ]
    [ "$(ls filled/*.fingerprints | wc -l)" -eq 2 ]
}

@test "cache: a damaged one is reported and ignored" {
    cache=$(echo filled/*.fingerprints)
    cp "$cache" whole
    told_of() {
        cp expected.m m.tsv
        run --separate-stderr audit -q --cache filled -o a.tsv m.tsv
        [ "$status" -eq 0 ]
        [[ $stderr == "audit: warning: $cache: "*": all images are read again" ]]
        as_expected
        cmp "$cache" whole
        run --separate-stderr split -q --exact --cache filled -o m.tsv set
        [ -z "$stderr" ]
    }
    head -c 10000 /dev/urandom >"$cache"
    told_of
    : >"$cache"
    told_of
    head -c 20000 whole >"$cache"
    told_of
    cp whole "$cache"
    printf '\252\125' | dd of="$cache" bs=1 seek=30000 conv=notrunc status=none
    told_of
    cp "$DATA/evaluate/features.safetensors.zst" "$cache" # a tensor file, but another one
    told_of
}

@test "cache: values that no image has are not taken" {
    cache=$(echo filled/*.fingerprints)
    spoil 104 # the hashes, whose first bit is never set
    run --separate-stderr audit -q --cache filled -o a.tsv expected.m
    [ "$status" -eq 0 ]
    [[ $stderr == "audit: warning: $cache: row "*": expected the properties of an image: all images are read again" ]]
    cmp a.tsv expected.a
}

@test "cache: that of another version is made anew, without a word" {
    cp filled/* whole
    change_cache sed 's/fingerprints [0-9]*;/fingerprints 0;/'
    run ! cmp -s filled/* whole
    spoil 136 # and what it says is not taken
    run --separate-stderr split -q --exact --cache filled -o m.tsv set
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    audit -q --cache filled -o a.tsv m.tsv
    as_expected
    cmp filled/* whole
}

@test "cache: one that cannot be written ends the tool, with no result" {
    fails 1 'nowhere/cache: cannot be created' split --exact --cache nowhere/cache -o m.tsv set
    fails 1 'nowhere/cache: cannot be created' audit --cache nowhere/cache -o a.tsv expected.m
    cache=$(echo filled/*)
    rm "$cache"
    mkdir -p "$cache/in the way"
    fails 1 "$cache" split --exact --cache filled -o m.tsv set
    fails 1 "$cache" audit --cache filled -o a.tsv expected.m
    [ ! -e m.tsv ]
    [ ! -e a.tsv ]
    [ "$(ls -A filled)" = "${cache#filled/}" ]
    # Images that are not looked at need no cache.
    split -q --exact --group none --cache nowhere/cache -o m.tsv set
}

@test "cache: several at once write whole ones" {
    rm -r filled
    for i in 1 2 3 4; do
        audit -q -j 1 --cache filled -o "a.$i" expected.m &
    done
    wait
    for i in 1 2 3 4; do
        cmp "a.$i" expected.a
    done
    cp expected.m m.tsv
    run --separate-stderr audit -q --cache filled -o a.tsv m.tsv
    [ -z "$stderr" ]
    as_expected
    [ "$(ls filled | wc -l)" -eq 1 ]
}
