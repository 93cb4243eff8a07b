#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Real X-rays and real weights, where they lie beside the checkout.

load helpers
bats_require_minimum_version 1.5.0

weights=mobilenet_v2_imagenet_1.0_224_no_top.dequantized.h5

figure() { sed -n "s/^  \"$1\": \([0-9.e-]*\),*\$/\1/p" "$BATS_TEST_TMPDIR/run/metrics.json"; }
at_least() { awk -v found="$1" -v least="$2" 'BEGIN { exit !(found >= least) }'; }

@test "real: MobileNetV2 on 5,216 X-rays: accuracy 0.95, macro recall 0.94, AUROC 0.985" {
    need_shared data/chest_xray
    need_shared "weights/$weights"
    run make --no-print-directory -C "$ROOT" all RESULTS="$BATS_TEST_TMPDIR" RUN=run \
        MODEL=mobilenetv2 DATA="$SHARED/data/chest_xray" WEIGHTS="$SHARED/weights/$weights"
    echo "$output"
    [ "$status" -eq 0 ]
    echo "accuracy $(figure accuracy), macro recall $(figure macro_recall), AUROC $(figure auroc)"
    at_least "$(figure accuracy)" 0.95
    at_least "$(figure macro_recall)" 0.94
    at_least "$(figure auroc)" 0.985
}

@test "real: the 160 originals go through every filter and fit" {
    need_shared data/originals
    split -q -o "$BATS_TEST_TMPDIR/m.tsv" "$SHARED/data/originals"
    for filter in nearest bilinear bicubic area lanczos; do
        preprocess -q --filter $filter "$BATS_TEST_TMPDIR/m.tsv" | quickcheck |
            grep -q 'images: U8 \[160, 224, 224, 1\]'
    done
    for fit in pad crop; do
        preprocess -q --fit $fit "$BATS_TEST_TMPDIR/m.tsv" | quickcheck | grep -q 'intact: yes'
    done
}
