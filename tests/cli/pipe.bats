#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The tools in pipes, as README.md shows them.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 40 --min-size 100 --max-size 120 data
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

@test "pipe: split to head in one line equals the same through files" {
    split -q data | preprocess -q --size 96 | extract-features -q -m mobilenetv2 -w seeded:1 |
        train-head -q -e 2 >piped
    split -q -o m.tsv data
    preprocess -q --size 96 -o images m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -e 2 -o filed features
    cmp piped filed
}

@test "pipe: evaluate takes features from a pipe" {
    split -q data | preprocess -q --size 96 | extract-features -q -m mobilenetv2 -w seeded:1 |
        tee features.piped | train-head -q -e 2 >head
    evaluate -q head <features.piped >metrics.json || true
    grep -q '"macro_recall"' metrics.json
}

@test "pipe: features of another feature space are refused with the field that differs" {
    split -q data | preprocess -q --size 96 >images
    extract-features -q -m mobilenetv2 -w seeded:1 images | train-head -q -e 1 >head
    extract-features -q -m mobilenetv2 -w seeded:2 images >other
    fails 1 'feature spaces differ in weights: other has seeded:2, head has seeded:1' \
        evaluate head other
    extract-features -q -m mobilenetv2 -w seeded:1 --normalize unit images >other 2>/dev/null
    fails 1 'feature spaces differ in normalize' evaluate head other
}

@test "pipe: a failed tool in a pipe leaves no file" {
    run bash -c 'set -o pipefail; split -q nowhere | preprocess -q -o broken'
    [ "$status" -ne 0 ]
    [ ! -e broken ]
    ! ls broken* 2>/dev/null
}

@test "pipe: a reader that goes away ends the writer" {
    split -q data | preprocess -q --size 96 >images
    run bash -c 'extract-features -q -m mobilenetv2 -w seeded:1 images | head -c 10 | wc -c'
    [ "$output" -eq 10 ]
}

@test "pipe: no tool links libtorch, and a head without unfrozen layers does not load it" {
    for tool in "$HILUM_BIN"/*; do
        ! ldd "$tool" | grep -q torch
    done
    split -q data | preprocess -q --size 96 >images
    extract-features -q -m mobilenetv2 -w seeded:1 images >features
    LD_DEBUG=files train-head -q -e 1 -o head features 2>&1 | grep -q 'libdnnl'
    ! LD_DEBUG=files train-head -q -e 1 -o head features 2>&1 | grep -q 'libtorch'
    ! LD_DEBUG=files evaluate -q head features 2>&1 >/dev/null | grep -q 'libtorch'
    ! LD_DEBUG=files predict -q -f features head 2>&1 >/dev/null | grep -q 'libtorch'
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 2 images >maps
    LD_DEBUG=files train-head -q -e 1 --unfreeze 2 -w seeded:1 -o head maps 2>&1 | grep -q 'libtorch'
}

@test "pipe: without libhilum-torch.so, a tool that needs it reports that" {
    mkdir -p elsewhere/bin
    cp "$HILUM_BIN/train-head" elsewhere/bin
    split -q data | preprocess -q --size 96 | extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 2 >maps
    fails 1 'libtorch: .*libhilum-torch.so: cannot open shared object file' \
        elsewhere/bin/train-head -q --unfreeze 2 -w seeded:1 -o no-head maps
    [ ! -e no-head ]
}
