#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# extract-features with a TorchScript module as backbone, and its list of layers.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 12 64x48
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$BATS_TEST_TMPDIR/out
    modules=$DATA/torchscript
}

# The mean of a tensor, from quickcheck -v.
mean_of() { quickcheck -v "$1" | sed -n "s/^  $2: .*, mean \([0-9.e+-]*\)\$/\1/p"; }

extract() { extract-features -q --allow-code "$@"; }

@test "torchscript: maps are pooled, with the scaling that was asked for" {
    extract -m "$modules/maps.pt" --normalize raw -o "$out" images
    run quickcheck "$out"
    [[ $output == *'features: F32 ['*', 3]'* ]]
    [[ $output == *'"backbone":"torchscript","feature_layer":"output"'* ]]
    # The mean of the features is the mean of the pixels: grey, repeated three times.
    awk -v a="$(mean_of "$out" features)" -v b="$(mean_of images images)" \
        'BEGIN { d = a / b - 1; exit !(a > 0 && d < 1e-5 && d > -1e-5) }'
    extract -m "$modules/maps.pt" --normalize raw --pool flatten -o "$out" images
    run quickcheck "$out"
    [[ $output == *'features: F32 ['*', 2304]'* ]] # 3 x 32 x 24
}

@test "torchscript: vectors are used as they are" {
    extract -m "$modules/vectors.pt" --normalize unit -o "$out" images
    run quickcheck "$out"
    [[ $output == *'features: F32 ['*', 2]'* ]]
    [[ $output == *'"pool":"none"'* ]]
    awk -v a="$(mean_of "$out" features)" -v b="$(mean_of images images)" \
        'BEGIN { d = a - (b / 255 + 1) / 2; exit !(d < 1e-5 && d > -1e-5) }'
}

@test "torchscript: the identity is the file's digest; its path is not recorded" {
    extract -m "$modules/maps.pt" --normalize raw -o "$out" images
    cp "$modules/maps.pt" elsewhere.pt
    extract -m elsewhere.pt --normalize raw -o "$out.2" images
    cmp "$out" "$out.2"
    quickcheck "$out" | grep -q "\"weights\":\"sha256:$(sha256sum <elsewhere.pt | cut -d' ' -f1)\""
    ! zstd -dc "$out" | grep -qa elsewhere
}

@test "torchscript: requires consent and a scaling mode, and refuses weights and layers" {
    fails 2 'is a program that would run here: add --allow-code' \
        extract-features -m "$modules/maps.pt" --normalize raw images
    fails 2 'missing option: --normalize' extract-features --allow-code -m "$modules/maps.pt" images
    fails 2 'has its own weights and no layers to choose from' \
        extract-features --allow-code -m "$modules/maps.pt" --normalize raw -w seeded:1 images
}

@test "torchscript: a file that is no module, or gives no features, is refused in one line" {
    cp m.tsv text.pt
    fails 1 'text.pt: not a TorchScript module' extract -m text.pt --normalize raw -o "$out" images
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    fails 1 'none.pt: cannot be read' extract -m none.pt --normalize raw -o "$out" images
    fails 1 'expected the module to return one tensor' extract -m "$modules/pair.pt" --normalize raw -o "$out" images
    fails 1 'runs in f32 only' extract -m "$modules/maps.pt" --normalize raw --dtype bf16 images
    [ ! -e "$out" ]
}

@test "--layers: the totals are those of Keras' summary()" {
    totals() { extract-features -m "$1" --layers | sed -n 's/^#[a-z-]*\t//p' | head -n 3 | xargs; }
    [ "$(totals vgg16)" = "14714688 14714688 0" ]
    [ "$(totals mobilenetv2)" = "2257984 2223872 34112" ]
    [ "$(totals inceptionresnetv2)" = "54336736 54276192 60544" ]
    for model in vgg16 mobilenetv2 inceptionresnetv2; do
        diff <(extract-features -m $model --layers | grep -v '^#' | cut -f 1,2,3,4,5) \
            <(grep -v '^#' "$ROOT/tests/parity/data/layers_$model.tsv" | cut -f 1,2,3,4,5 |
                sed '1s/.*/index\tname\tkind\toutput\tparameters/')
    done
}
