#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make decides by content which steps to run again: of images, weights and tools, not by dates.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 14 --min-size 64 --max-size 80 set
    zstd -qdo w.h5 "$DATA/../parity/data/mobilenetv2_notop.keras2.h5.zst"
    mkdir bin
    cp -p "${HILUM_BIN:-$ROOT/build/bin}"/* bin
    cp -p "${HILUM_BIN:-$ROOT/build/bin}"/../libhilum-torch.so .
    experiment >first
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$PWD/results/run
}

# experiment KNOB=value...: make all, with tools, images and weights that a test may change
experiment() {
    make --no-print-directory -C "$ROOT" all RESULTS="$BATS_FILE_TMPDIR/results" RUN=run \
        MODEL=mobilenetv2 SIZE=32 EPOCHS=1 JOBS=1 EXPLAIN=0 DATA="$BATS_FILE_TMPDIR/set" \
        WEIGHTS="$BATS_FILE_TMPDIR/w.h5" bin="$BATS_FILE_TMPDIR/bin" "$@" 2>&1
}

# runs TOOL...: the next experiment runs exactly these tools
runs() {
    run experiment
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -oE '^[^ ]*/bin/[a-z-]+ ' <<<"$output" | sed 's#.*/##' | tr -d '\n')" = "$*${*:+ }" ]
}

# keeping_dates FILE COMMAND...: changes a file, but not its size and date
keeping_dates() {
    local file=$1 size
    shift
    size=$(stat -c %s "$file")
    touch -r "$file" "$BATS_TEST_TMPDIR/date"
    "$@"
    touch -r "$BATS_TEST_TMPDIR/date" "$file"
    [ "$(stat -c %s "$file")" -eq "$size" ]
}

# poke FILE OFFSET: changes one byte
poke() {
    local old
    old=$(od -A n -t u1 -j "$2" -N 1 "$1")
    printf "\\x$(printf %02x $(((old + 1) % 256)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

one_image() { find set/PNEUMONIA -name '*.png' | sort | head -n 1; }

@test "content: new dates alone run nothing again" {
    grep -q 'bin/extract-features ' first
    find set -type f -exec touch {} +
    touch w.h5 bin/*
    runs
}

@test "content: files that were copied and moved, with the same contents, run nothing again" {
    cp -r set copy && rm -r set && mv copy set
    cp w.h5 copy && mv copy w.h5
    cp bin/split copy && mv copy bin/split
    runs
}

@test "content: an image with other content, but the same size and date" {
    image=$(one_image)
    printf 'some' >>"$image" # bytes after the end of a PNG are ignored
    runs split audit preprocess extract-features train-head evaluate report
    keeping_dates "$image" poke "$image" $(($(stat -c %s "$image") - 1))
    runs split audit preprocess extract-features train-head evaluate report
}

@test "content: other weights with the same size and date" {
    keeping_dates w.h5 poke w.h5 $(($(stat -c %s w.h5) / 8 * 4))
    runs extract-features train-head evaluate report
}

@test "content: a changed tool of any date runs its step again and those after it, and no others" {
    keeping_dates bin/evaluate poke bin/evaluate $(($(stat -c %s bin/evaluate) - 20))
    runs evaluate report
    keeping_dates bin/extract-features poke bin/extract-features \
        $(($(stat -c %s bin/extract-features) - 20))
    runs extract-features train-head evaluate report
    runs
}

@test "content: a failed run records nothing; the next one does" {
    grep -q $'^input\tdata\tsha256:' "$out/experiment.tsv"
    poke bin/train-head $(($(stat -c %s bin/train-head) - 20))
    run experiment NEURONS=0,0 # which only the tool refuses
    [ "$status" -ne 0 ]
    [ ! -e "$out/experiment.tsv" ]
    runs train-head evaluate report
    for tool in split preprocess extract-features train-head evaluate report; do
        grep -q "^tool"$'\t'"$tool"$'\t'"[0-9.]* sha256:$(sha256sum <"bin/$tool" | cut -d ' ' -f 1)\$" \
            "$out/experiment.tsv"
    done
    while IFS=$'\t' read -r kind name value; do
        [ "$kind" = file ] && [ "$name" != history.tsv ] || continue
        [ "$value" = "sha256:$(sha256sum <"$out/$name" | cut -d ' ' -f 1)" ]
    done <"$out/experiment.tsv"
}
