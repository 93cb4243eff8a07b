#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# import-weights, on files written by Keras. All layouts, the names of timm and torchvision, and
# damaged files are in tests/parity/test_weights.c and test_backbones.c.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    local data=$BATS_TEST_DIRNAME/../parity/data
    zstd -qdo old.h5 "$data/mobilenetv2_notop.keras2.h5.zst"
    zstd -qdo new.h5 "$data/mobilenetv2_top.keras3.weights.h5.zst"
    import-weights -q -m mobilenetv2 -o weights old.h5
    few_images 12 64
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$BATS_TEST_TMPDIR/out
}

@test "import-weights: the file has its metadata and Keras' layers in order" {
    run quickcheck weights
    [[ $output == *"hilum.backbone: mobilenetv2"* ]]
    [[ $output == *"hilum.framework: keras"* ]]
    [[ $output == *"hilum.identity: sha256:8db74f51207694df33d11dccfde23001f681c700bf9c1b32af7350f75495a32a"* ]]
    [[ $output == *"import-weights "*"--model mobilenetv2"*"from file sha256:$(sha256sum old.h5 | cut -d' ' -f1)"* ]]
    [[ $output == *"Conv1/kernel: F32 [3, 3, 3, 32]"*"bn_Conv1/gamma: F32 [32]"*"Conv_1_bn/moving_variance: F32 [1280]"* ]]
    [[ $output == *"intact: yes"* ]]
}

@test "import-weights: standard output and a second run give the same bytes" {
    import-weights -q -m mobilenetv2 old.h5 | cmp - weights
}

@test "import-weights: the Keras 3 layout with top: the same values, and a remark about the top" {
    run --separate-stderr import-weights -m mobilenetv2 -o "$out" new.h5
    [ "$status" -eq 0 ]
    [[ $stderr == *"new.h5: layers/dense belongs to the top and is not used"* ]]
    cmp <(zstd -dc "$out" | tail -c 1000000) <(zstd -dc weights | tail -c 1000000)
    run quickcheck "$out"
    [[ $output == *"hilum.identity: sha256:8db74f51"* ]]
}

@test "import-weights: reads its own file, compressed or not" {
    import-weights -q -m mobilenetv2 -o "$out" weights
    cmp <(zstd -dc "$out" | tail -c 1000000) <(zstd -dc weights | tail -c 1000000)
    zstd -qdco "$BATS_TEST_TMPDIR/plain" weights
    import-weights -q -m mobilenetv2 "$BATS_TEST_TMPDIR/plain" >"$out"
    run quickcheck "$out"
    [[ $output == *"hilum.identity: sha256:8db74f51"* ]]
}

@test "import-weights: features are those from the original file, byte for byte" {
    extract-features -q -m mobilenetv2 -w old.h5 -o "$out.1" images
    extract-features -q -m mobilenetv2 -w weights -o "$out.2" images
    extract-features -q -m mobilenetv2 -w new.h5 -o "$out.3" images
    cmp "$out.1" "$out.2"
    cmp "$out.1" "$out.3"
    run quickcheck "$out.1"
    [[ $output == *'"normalize":"tf","pool":"avg","weights":"sha256:8db74f51'* ]]
}

@test "import-weights: problems are listed, up to 20, and nothing is written" {
    run --separate-stderr import-weights -m vgg16 -o "$out" old.h5
    [ "$status" -eq 1 ]
    [ "$(wc -l <<<"$stderr")" -eq 22 ]
    [[ $stderr == *"warning: block1_conv1/kernel: missing: expected shape [3, 3, 3, 64]"* ]]
    [[ $stderr == *"warning: and 266 more"* ]]
    [[ $(tail -n 1 <<<"$stderr") == "import-weights: old.h5: not the weights of vgg16: 286 problems" ]]
    [ ! -e "$out" ]
    fails 1 'weights: expected the weights of vgg16, found those of mobilenetv2' \
        import-weights -m vgg16 -o "$out" weights
    [ ! -e "$out" ]
}

@test "import-weights: a value that does not match the stated identity is detected" {
    zstd -qdco "$BATS_TEST_TMPDIR/plain" weights
    printf '\0' | dd of="$BATS_TEST_TMPDIR/plain" bs=1 seek=9000000 conv=notrunc status=none
    printf '\1' | dd of="$BATS_TEST_TMPDIR/plain" bs=1 seek=9000004 conv=notrunc status=none
    fails 1 'plain: is damaged: expected data with the digest sha256:' \
        import-weights -m mobilenetv2 -o "$out" "$BATS_TEST_TMPDIR/plain"
    # Like a file of 0.1.0, which had only the identity of the weights.
    LC_ALL=C sed -i '1s/"hilum.data"/"hilum.dat_"/' "$BATS_TEST_TMPDIR/plain"
    fails 1 'plain: expected weights of hilum.identity sha256:8db74f51.*, found sha256:' \
        import-weights -m mobilenetv2 -o "$out" "$BATS_TEST_TMPDIR/plain"
    [ ! -e "$out" ]
}

@test "import-weights: files without weights, and wrong usage" {
    fails 1 'm.tsv: not a weights file: expected HDF5 or safetensors' import-weights -m vgg16 m.tsv
    fails 1 'none.h5: cannot be read' import-weights -m vgg16 none.h5
    fails 1 "expected a file of kind 'weights', found 'images'" import-weights -m vgg16 images
    printf 'PK\3\4 and so on' >model.keras
    fails 1 'model.keras: expected weights saved as .h5 or .safetensors, found a zip archive or a pickle' import-weights -m vgg16 model.keras
    head -c 3000000 old.h5 >cut.h5
    fails 1 'cut.h5: damaged or truncated' import-weights -m mobilenetv2 -o "$out" cut.h5
    head -c 5000 weights >cut
    fails 1 'cut: truncated' import-weights -m mobilenetv2 -o "$out" cut
    [ ! -e "$out" ]
    fails 2 'missing option: --model' import-weights old.h5
    fails 2 "expected vgg16, mobilenetv2 or inceptionresnetv2, found 'resnet'" import-weights -m resnet old.h5
    fails 2 '' import-weights -m vgg16
}

@test "import-weights: weights from a pipe are refused by name, here and by every -w" {
    local why='expected a regular file, because it is read more than once, found a pipe'
    for f in old.h5 weights; do
        fails 1 "$why" import-weights -q -m mobilenetv2 -o "$out" <(cat $f)
        fails 1 "$why" extract-features -q -m mobilenetv2 -w <(cat $f) -o "$out" images
    done
    extract-features -q -m mobilenetv2 -w weights -o "$out.features" images
    extract-features -q -m mobilenetv2 -w weights --unfreeze 3 -o "$out.cut" images
    train-head -q -e 1 -j 1 -n 4 -o "$out.head" "$out.features"
    fails 1 "$why" train-head -q -e 1 --unfreeze 3 -w <(cat weights) -o "$out" "$out.cut"
    fails 1 "$why" predict -q -w <(cat weights) -o "$out" "$out.head" data
    fails 1 "$why" explain -q -i images -w <(cat weights) -o "$out" "$out.head" \
        "$(grep -v "^#" m.tsv | sed -n 2p | cut -f 1)"
    mkfifo "$BATS_TEST_TMPDIR/pipe.pt"
    fails 1 "$why" timeout 60 extract-features -q -m "$BATS_TEST_TMPDIR/pipe.pt" --allow-code --normalize raw \
        -o "$out" images
    [ ! -e "$out" ]
}

@test "import-weights: other files that are read twice are refused as pipes too" {
    local why='expected a regular file, because it is read more than once, found a pipe'
    fails 1 "$why" evaluate -q --pooled -o "$out" <(cat "$DATA/report/predictions.tsv")
    mkfifo "$BATS_TEST_TMPDIR/ck"
    fails 1 "$why" timeout 60 train-head -q -e 1 -j 1 --checkpoint "$BATS_TEST_TMPDIR/ck" -o "$out" \
        "$DATA/evaluate/features.safetensors.zst"
}
