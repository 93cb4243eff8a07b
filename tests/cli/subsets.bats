#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Variants of images and subsets of another manifest, from split to evaluate.

load helpers
bats_require_minimum_version 1.5.0

# Small work, for which several threads are slower than one.
for tool in extract-features train-head evaluate; do
    eval "$tool() { command $tool -j 1 \"\$@\"; }"
done

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 40 64
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    preprocess -q --size 64 --augment 2 m.tsv |
        extract-features -q -m mobilenetv2 -w seeded:1 -o augmented
    split -q --exact -s 2 data >other.tsv
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$BATS_TEST_TMPDIR/out
    metrics=$BATS_TEST_TMPDIR/metrics.json
}

# values FILE: the weights of a head with a hidden layer of 4, without its header
values() { zstd -dc "$1" | tail -c $(((1280 * 4 + 4 + 4 * 2 + 2) * 4)); }

# count SUBSET MANIFEST, n SUBSET METRICS: numbers of samples
count() { awk -F'\t' -v s="$1" '$4 == s' "$2" | wc -l; }
n() { jq ".subsets.$1.n" "$2"; }

@test "subsets: variants train, and images alone are measured" {
    train-head -q -n 4 -e 2 -o "$out" augmented
    train-head -q -n 4 -e 2 -o "$out.plain" features
    ! cmp -s <(values "$out") <(values "$out.plain")
    for b in 1 7 256; do
        evaluate -q -b $b --subset all -p "$BATS_TEST_TMPDIR/p$b" -o "$metrics" "$out" augmented
        [ "$(n train "$metrics")" = "$(count train m.tsv)" ]
        [ "$(n val "$metrics")" = "$(count val m.tsv)" ]
        [ "$(n test "$metrics")" = "$(count test m.tsv)" ]
    done
    cmp "$BATS_TEST_TMPDIR/p1" "$BATS_TEST_TMPDIR/p7"
    # Each image once, and its answer is that to the same image without variants beside it.
    predictions() { grep -v '^#' "$1" | cut -f "$2"; }
    diff <(predictions "$BATS_TEST_TMPDIR/p1" 1) <(cat <(echo sample) <(grep -v -e '^#' -e '^path' m.tsv | cut -f 1))
    run evaluate -q "$out" features # of another file of features: measured all the same
    [ "$status" -eq 0 ]
    evaluate -q --subset all -p "$BATS_TEST_TMPDIR/plain" -o "$metrics" "$out" features
    diff <(predictions "$BATS_TEST_TMPDIR/p256" 1,5) <(predictions "$BATS_TEST_TMPDIR/plain" 1,5)
}

@test "subsets: --manifest trains and measures the subsets of another split" {
    train-head -q -n 4 -e 2 --manifest other.tsv -o "$out" features
    preprocess -q --size 64 other.tsv | extract-features -q -m mobilenetv2 -w seeded:1 -o "$out.features"
    train-head -q -n 4 -e 2 -o "$out.direct" "$out.features"
    cmp <(values "$out") <(values "$out.direct")
    evaluate -q --manifest other.tsv -o "$metrics" "$out" features
    evaluate -q -o "$metrics.direct" "$out.direct" "$out.features"
    diff <(grep -v -e '"sha256' -e '"options"' "$metrics" | sed '/"provenance"/,$d') \
        <(grep -v -e '"sha256' -e '"options"' "$metrics.direct" | sed '/"provenance"/,$d')
    [ "$(grep -c '"manifest": "sha256:' "$metrics")" = 3 ] # of preprocess, train-head, evaluate
    grep -q -- '--seed 2' "$metrics"                       # the split that was used is in the ancestry
}

@test "subsets: variants count where --manifest has their image in training" {
    split -q --test 0 --val 0 data >all.tsv
    preprocess -q --size 64 --augment 2 all.tsv |
        extract-features -q -m mobilenetv2 -w seeded:1 -o of-all
    train-head -q -n 4 -e 2 --manifest m.tsv -o "$out" of-all
    train-head -q -n 4 -e 2 -o "$out.direct" augmented
    cmp <(values "$out") <(values "$out.direct")
    evaluate -q --manifest m.tsv -o "$metrics" "$out" of-all
    [ "$(n test "$metrics")" = "$(count test m.tsv)" ]
}

@test "subsets: a head is not measured on other subsets of its features than its own" {
    train-head -q -n 4 -e 1 --manifest other.tsv -o "$out" features
    train-head -q -n 4 -e 1 -o "$out.own" features
    fails 1 'with the subsets of --manifest sha256:.*: expected the same, found none' \
        evaluate "$out" features
    fails 1 'with the subsets of --manifest sha256:.*, found --manifest sha256:' \
        evaluate --manifest m.tsv "$out" features
    fails 1 'with the subsets of the file itself: expected the same, found --manifest sha256:' \
        evaluate --manifest other.tsv "$out.own" features
}

@test "subsets: another manifest has to list the same images" {
    without_checksum m.tsv | head -n -1 | grep -v '^#samples' >fewer.tsv
    fails 1 "^train-head: sample '.*' of features is not in fewer.tsv" \
        train-head --manifest fewer.tsv -o "$out" features
    train-head -q -n 4 -e 1 -o "$out" features
    fails 1 "^evaluate: sample '.*' of features is not in fewer.tsv" \
        evaluate --manifest fewer.tsv "$out" features
    fails 2 "^train-head: --manifest: expected the name of a file" train-head --manifest - features
    fails 2 "^evaluate: --manifest: expected the name of a file" evaluate --manifest - "$out" features
    fails 1 '^train-head: none.tsv: cannot be read' train-head --manifest none.tsv -o "$out" features
}
