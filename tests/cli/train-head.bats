#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# train-head, on phantoms through a small network. Equality with Keras is in tests/parity.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 60 --min-size 100 --max-size 120 data
    split -q data >m.tsv
    preprocess -q --size 96 -o images m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$BATS_TEST_TMPDIR/out
    history=$BATS_TEST_TMPDIR/history.tsv
}

@test "train-head: writes a head and its history, and learns" {
    train-head -q -e 12 --history "$history" -o "$out" features
    run quickcheck "$out"
    [[ $output == *": head"* ]]
    [[ $output == *"dense_1/kernel: F32 [1280, 256]"* ]]
    [[ $output == *"dense_2/bias: F32 [2]"* ]]
    [ "$(grep -v '^#' "$history" | head -n 1)" = \
        $'epoch\tloss\taccuracy\tval_loss\tval_accuracy\tlr\tseconds' ]
    grep -v '^#' "$history" | awk -F'\t' 'NR == 2 { first = $2 } { last = $2 }
        END { exit !(last < first) }'
}

@test "train-head: the same seed gives the same bytes, another seed others" {
    train-head -q -e 3 -s 5 <features >"$out"
    train-head -q -e 3 -s 5 features >"$out.again"
    train-head -q -e 3 -s 6 features >"$out.other"
    cmp "$out" "$out.again"
    ! cmp -s "$out" "$out.other"
}

@test "train-head: several hidden layers, and none" {
    train-head -q -e 1 -n 32,8 -o "$out" features
    run quickcheck "$out"
    [[ $output == *"dense_2/kernel: F32 [32, 8]"* ]]
    [[ $output == *"dense_3/kernel: F32 [8, 2]"* ]]
    train-head -q -e 1 -n 0 -o "$out" features
    run quickcheck "$out"
    [[ $output == *"dense_1/kernel: F32 [1280, 2]"* ]]
}

@test "train-head: patience stops it, and the best weights are kept" {
    run train-head -e 200 --patience 2 --history "$history" -o "$out" features
    [ "$status" -eq 0 ]
    # The last line of the history is 2 epochs behind the lowest validation loss, which is kept.
    kept=$(sed -n 's/.*kept the weights of epoch \([0-9]*\)$/\1/p' <<<"$output")
    grep -v '^#' "$history" | awk -F'\t' -v kept="$kept" 'NR > 1 {
            if (best == "" || $4 < best) { best = $4; at = $1 } last = $1 }
        END { exit !(at == kept && last == at + 2) }'
    evaluate -q --subset val -o "$BATS_TEST_TMPDIR/m.json" "$out" features || true
    loss=$(sed -n 's/^  "log_loss": \([^,]*\),*$/\1/p' "$BATS_TEST_TMPDIR/m.json")
    grep -v '^#' "$history" | awk -F'\t' -v kept="$kept" -v loss="$loss" '
        $1 == kept { d = $4 - loss; exit !(d < 1e-5 && d > -1e-5) }'
}

@test "train-head: dropout, class weights, SGD and L2 change what is learned, reproducibly" {
    train-head -q -e 2 -o "$out" features
    for option in "--dropout 0.5" "--class-weight balanced" "--optimizer sgd" "--l2 0.01"; do
        train-head -q -e 2 $option -o "$out.1" features
        train-head -q -e 2 $option -o "$out.2" features
        cmp "$out.1" "$out.2"
        ! cmp -s "$out" "$out.1"
    done
}

@test "train-head: without validation samples all epochs run, with a warning" {
    split -q --val 0 data >no-val.tsv
    preprocess -q --size 96 no-val.tsv | extract-features -q -m mobilenetv2 -w seeded:1 >no-val
    run train-head -e 4 --history "$history" -o "$out" no-val
    [[ $output == *"warning: no validation samples"* ]]
    [ "$(grep -vc '^#' "$history")" -eq 5 ]
}

@test "train-head: Ctrl-C ends the epoch and keeps the best weights" {
    # 10,000 epochs last for minutes: only the interrupt can end them here. A shell's background
    # command ignores SIGINT, hence setsid and env.
    env --default-signal=INT train-head -e 10000 --patience 10000 -o "$out" features 2>log &
    for _ in $(seq 100); do
        grep -q 'epoch 3 ' log && break
        sleep 0.1
    done
    kill -INT $!
    wait $!
    grep -q 'interrupted: the best weights so far are kept' log
    run quickcheck "$out"
    [[ $output == *"whole: yes"* ]]
}

@test "train-head: what makes no sense is refused in one line" {
    fails 2 'expected up to 15 whole numbers' train-head -n 12,x features
    fails 2 '--lr: expected a number from' train-head --lr fast features
    fails 2 '--lr: expected a number from' train-head --lr nan features
    fails 1 "expected a file of kind 'features', found 'images'" train-head -o "$out" images
    fails 1 'the loss is not finite in epoch' \
        train-head --optimizer sgd --lr 1e6 --l2 1e6 -e 3 --history "$history" -o "$out" features
    [ ! -e "$out" ] && [ ! -e "$history" ]
}
