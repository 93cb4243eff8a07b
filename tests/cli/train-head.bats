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
    split -q --val 0 data >no-val.tsv
    preprocess -q --size 96 no-val.tsv | extract-features -q -m mobilenetv2 -w seeded:1 >unheld
}

# All values of a head, without its header, which has the options.
head_values() { zstd -dc "$1" | tail -c 1313800; } # (1280 x 256 + 256 + 256 x 2 + 2) float32

# The means of a standardised head: 1280 means and 1280 scales come before those values.
head_means() { zstd -dc "$1" | tail -c 1324040 | head -c 5120; }

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

@test "train-head: the same seed gives the same bytes, another seed does not" {
    train-head -q -e 3 -s 5 <features >"$out"
    train-head -q -e 3 -s 5 features >"$out.again"
    train-head -q -e 3 -s 6 features >"$out.other"
    cmp "$out" "$out.again"
    ! cmp -s "$out" "$out.other"
}

@test "train-head: AVX2 gives the bytes of AVX-512" {
    cpu_has avx512f || skip "NOT RUN: needs a processor with AVX-512"
    train-head -q -e 3 -n 40,8 --standardize yes -o "$out" features
    ONEDNN_MAX_CPU_ISA=AVX2 train-head -q -e 3 -n 40,8 --standardize yes -o "$out.avx2" features
    cmp "$out" "$out.avx2"
}

@test "train-head: several hidden layers, or none" {
    train-head -q -e 1 -n 32,8 -o "$out" features
    run quickcheck "$out"
    [[ $output == *"dense_2/kernel: F32 [32, 8]"* ]]
    [[ $output == *"dense_3/kernel: F32 [8, 2]"* ]]
    train-head -q -e 1 -n 0 -o "$out" features
    run quickcheck "$out"
    [[ $output == *"dense_1/kernel: F32 [1280, 2]"* ]]
}

# 28 MB of features, in big; what waits for training takes a file above 16 MiB only.
big_features() {
    [ ! -e big ] || return 0
    preprocess -q --size 96 --augment 8 -o big-images m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 --pool flatten -o big big-images
}

@test "train-head: features above --memory wait in a file, and give the same bytes" {
    big_features
    for options in '' '--standardize no --dropout 0.3 --class-weight balanced -n 32,8' '--optimizer sgd --steps 7 -j 1'; do
        train-head -q -e 3 -n 16 $options --memory 1000 --history "$history" -o "$out" big
        train-head -e 3 -n 16 $options --memory 1 --history "$history.file" -o "$out.file" big 2>"$out.err"
        grep -Eq '^train-head: [0-9]+ MB of features for training: in a temporary file in ' "$out.err"
        cmp "$out" "$out.file"
        cmp <(cut -f 1-6 "$history" | grep -v '^#sha256') <(cut -f 1-6 "$history.file" | grep -v '^#sha256')
    done
    train-head -q -e 3 -n 16 --optimizer sgd --steps 7 -j 1 --memory 1 <big >"$out.pipe"
    cmp "$out" "$out.pipe"
}

# peak COMMAND...: the largest resident memory of a program, in KiB, as far as it is seen
peak() {
    local pid most=0 now
    "$@" &
    pid=$!
    while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do most=$now; done
    wait $pid
    echo "$most"
}

@test "train-head: features in a file do not take memory" {
    big_features
    in_memory=$(peak train-head -q -j 1 -e 30 --patience 30 -n 0 --standardize yes --memory 1000 -o "$out" big)
    in_file=$(peak train-head -q -j 1 -e 30 --patience 30 -n 0 --standardize yes --memory 1 -o "$out" big)
    echo "$in_memory KiB in memory, $in_file KiB in a file"
    [ $((in_memory - in_file)) -gt 14000 ]
}

@test "train-head: no room for the file of features is one line" {
    big_features
    TMPDIR=/nowhere fails 1 '^train-head: /nowhere: a temporary file cannot be created \(see TMPDIR\): No such file' \
        train-head -q -e 1 --memory 1 -o "$out" big
    [ ! -e "$out" ]
    # Beside the result where TMPDIR says nothing.
    run env -u TMPDIR train-head -e 1 -n 0 --memory 1 -o "$out" big
    [[ $output == *"in a temporary file in $BATS_TEST_TMPDIR"* ]]
    [ -z "$(find "$BATS_TEST_TMPDIR" -name '*hilum*' -o -name 'out.*')" ]
}

@test "train-head: half of the memory that is available is the default" {
    big_features
    run env SLURM_MEM_PER_NODE=40 train-head -e 1 -n 0 -o "$out" big
    [[ $output == *'in a temporary file'* ]]
    run env SLURM_MEM_PER_NODE=4000 train-head -e 1 -n 0 -o "$out" big
    [[ $output != *'in a temporary file'* ]]
    for wrong in -1 x 1073741825; do
        fails 2 '--memory: expected a whole number from 0 to 1073741824' train-head --memory $wrong big
    done
}

# is_val_loss_of EPOCH: its validation loss in the history, which has no penalty in it, is the log loss of the head.
is_val_loss_of() {
    evaluate -q --subset val -o "$BATS_TEST_TMPDIR/m.json" "$out" features || true
    loss=$(sed -n 's/^  "log_loss": \([^,]*\),*$/\1/p' "$BATS_TEST_TMPDIR/m.json")
    grep -v '^#' "$history" | awk -F'\t' -v epoch="$1" -v loss="$loss" '
        $1 == epoch { d = $4 - loss; seen = d < 1e-5 && d > -1e-5 } END { exit !seen }'
}

@test "train-head: patience stops it, and the best weights are kept" {
    run train-head -e 200 --patience 2 --history "$history" -o "$out" features
    [ "$status" -eq 0 ]
    # The history ends 2 epochs after the lowest validation loss, whose epoch is kept.
    kept=$(sed -n 's/.*kept the weights of epoch \([0-9]*\)$/\1/p' <<<"$output")
    grep -v '^#' "$history" | awk -F'\t' -v kept="$kept" 'NR > 1 {
            if (best == "" || $4 < best) { best = $4; at = $1 } last = $1 }
        END { exit !(at == kept && last == at + 2) }'
    is_val_loss_of "$kept"
}

@test "train-head: without patience all epochs are run, and the last weights are kept" {
    run train-head -e 30 --lr 0.01 --lr-schedule constant --history "$history" -o "$out" features
    [ "$status" -eq 0 ]
    [[ $output == *'kept the weights of epoch 30'* ]]
    # An earlier epoch had the lowest validation loss.
    grep -v '^#' "$history" | awk -F'\t' 'NR > 1 { if (best == "" || $4 < best) { best = $4; at = $1 } } END { exit !(at < 30) }'
    is_val_loss_of 30
}

@test "train-head: dropout, class weights, SGD and L2 change the head, reproducibly" {
    train-head -q -e 2 -o "$out" features
    for option in "--dropout 0.5" "--class-weight balanced" "--optimizer sgd" "--l2 0.1" "--standardize no"; do
        train-head -q -e 2 $option -o "$out.1" features
        train-head -q -e 2 $option -o "$out.2" features
        cmp "$out.1" "$out.2"
        ! cmp -s "$out" "$out.1"
    done
}

# p_of HEAD: path and p_PNEUMONIA of each test sample of the small set used with scikit-learn.
p_of() {
    evaluate -q -p "$BATS_TEST_TMPDIR/p.tsv" -o "$BATS_TEST_TMPDIR/m.json" "$1" "$DATA/standardize/features.safetensors.zst"
    grep -v '^#' "$BATS_TEST_TMPDIR/p.tsv" | tail -n +2 | cut -f 1,7 | sort
}

# differs_by FILE: the largest difference from scikit-learn's probabilities.
differs_by() {
    command -p join -t $'\t' "$DATA/standardize/expected.tsv" "$1" |
        awk -F'\t' '{ d = $2 - $3; if (d < 0) d = -d; if (d > most) most = d } END { print NR == 24 ? most : "rows missing" }'
}

@test "train-head: softmax regression on standardised features is scikit-learn's pipeline" {
    options=(-q -n 0 --optimizer sgd --momentum 0.9 --lr 0.2 --l2 0.02 -b 48 -e 3000)
    train-head "${options[@]}" --standardize yes -o "$out" "$DATA/standardize/features.safetensors.zst"
    p_of "$out" >"$out.p"
    differs_by "$out.p"
    differs_by "$out.p" | awk '{ exit !($1 != "rows" && $1 < 1e-6) }'
    run quickcheck "$out"
    [[ $output == *"standardize/mean: F32 [6]"*"standardize/scale: F32 [6]"*"dense_1/kernel: F32 [6, 2]"* ]]
    train-head "${options[@]}" --standardize no -o "$out.raw" "$DATA/standardize/features.safetensors.zst"
    p_of "$out.raw" >"$out.p"
    differs_by "$out.p" | awk '{ exit !($1 != "rows" && $1 > 0.1) }'
    run quickcheck "$out.raw"
    [[ $output != *standardize/* ]]
}

@test "train-head: standardised heads are the same for any number of threads, and with --manifest follow its training subset" {
    train-head -q -e 2 -j 1 --standardize yes -o "$out" features
    train-head -q -e 2 -j 3 --standardize yes -o "$out.3" features
    cmp "$out" "$out.3"
    split -q --seed 9 data >"$out.tsv"
    train-head -q -e 2 -j 1 --standardize yes --manifest "$out.tsv" -o "$out.other" features
    run cmp <(head_means "$out") <(head_means "$out.other")
    [ "$status" -eq 1 ]
}

@test "train-head: with unfrozen layers, their pooled output is standardised" {
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 2 -o maps images
    train-head -q -e 1 --unfreeze 2 -w seeded:1 --lr 1e-9 --standardize yes -o "$out" maps
    run quickcheck "$out"
    [[ $output == *"standardize/mean: F32 [1280]"*"dense_1/kernel: F32 [1280, 256]"* ]]
    # At a negligible rate the layers stay the same, and predictions are those with a frozen backbone.
    train-head -q -e 1 --lr 1e-9 --standardize yes -o "$out.frozen" features
    for kind in "" .frozen; do
        from=features
        [ -n "$kind" ] || from=maps
        evaluate -q -p "$out.p$kind" -o "$out.json" "$out$kind" "$from" || true
        grep -v '^#' "$out.p$kind" | tail -n +2 | cut -f 1,7 >"$out.p$kind.short"
    done
    command -p join -t $'\t' "$out.p.short" "$out.p.frozen.short" |
        awk -F'\t' '{ d = $2 - $3; if (d > 1e-4 || d < -1e-4) exit 1 } END { exit !NR }'
}

@test "train-head: --steps fixes the steps of an epoch" {
    # With the number of steps of one pass, the result is the same as without.
    n=$(awk -F'\t' '$4 == "train"' m.tsv | wc -l)
    train-head -q -e 2 -b 8 --min-steps 0 -o "$out" features
    train-head -q -e 2 -b 8 --steps $(((n + 7) / 8)) -o "$out.1" features
    cmp <(head_values "$out") <(head_values "$out.1")
    # A pass that has fewer steps than --min-steps is gone on from; otherwise it does not matter.
    train-head -q -e 2 -b 8 --min-steps $(((n + 7) / 8)) -o "$out.1" features
    cmp <(head_values "$out") <(head_values "$out.1")
    train-head -q -e 2 -b 8 --min-steps 23 -o "$out" features
    train-head -q -e 2 -b 8 --steps 23 --min-steps 99 -o "$out.1" features
    cmp <(head_values "$out") <(head_values "$out.1")
    # Two epochs of one step equal one epoch of two steps.
    train-head -q -e 2 -b 8 --steps 1 --patience 9 --history "$history" -o "$out.2" unheld
    [ "$(grep -vc '^#' "$history")" -eq 3 ]
    train-head -q -e 1 -b 8 --steps 2 -o "$out.3" unheld
    cmp <(head_values "$out.2") <(head_values "$out.3")
}

@test "train-head: the learning rate follows its schedule" {
    rates() { grep -v '^#' "$history" | cut -f 6 | tail -n +2 | tr '\n' ' '; }
    train-head -q -e 2 -b 8 --steps 2 --lr 0.004 --lr-schedule cosine --history "$history" \
        -o "$out" unheld
    # CosineDecay: 0.5 (1 + cos(pi s / 4)) at the last step of each epoch, s = 1 and 3
    [ "$(rates)" = "0.00341421356 0.000585786438 " ]
    train-head -q -e 9 --patience 9 --lr 0.1 --lr-schedule plateau --plateau 1 \
        --history "$history" -o "$out" features
    # After each epoch without a lower validation loss, the rate is a tenth.
    grep -v '^#' "$history" | awk -F'\t' 'NR == 2 { rate = $6; best = $4 }
        NR > 2 { if (worse) rate /= 10; d = $6 / rate - 1; if (d > 1e-9 || d < -1e-9) exit 1
                 worse = $4 >= best; if (!worse) best = $4; seen += worse }
        END { exit !(seen > 0) }'
}

@test "train-head: without validation samples all epochs run, with a warning" {
    run train-head -e 4 --history "$history" -o "$out" unheld
    [[ $output == *"warning: no validation samples"* ]]
    [ "$(grep -vc '^#' "$history")" -eq 5 ]
}

@test "train-head: Ctrl-C ends the epoch and keeps the weights" {
    # 10,000 epochs take minutes: only the interrupt can end them here. A shell's background
    # command ignores SIGINT, hence env.
    env --default-signal=INT train-head -e 10000 --patience 10000 -b 1 -n 1024 -o "$out" features 2>log &
    for _ in $(seq 600); do
        grep -q 'epoch 3 ' log && break
        sleep 0.1
    done
    kill -INT $!
    wait $!
    grep -q 'interrupted after [0-9]* of 10000 epochs' log
    run quickcheck "$out"
    [[ $output == *"intact: yes"* ]]
}

@test "train-head: a second Ctrl-C ends it at once and leaves nothing" {
    mkdir "$BATS_TEST_TMPDIR/twice"
    # A long epoch: batches of one sample, and a wide layer.
    env --default-signal=INT train-head -e 2 -b 1 -n 16384 -o "$BATS_TEST_TMPDIR/twice/head" \
        --history "$BATS_TEST_TMPDIR/twice/history" features 2>/dev/null &
    for _ in $(seq 600); do
        [ -n "$(ls "$BATS_TEST_TMPDIR/twice")" ] && break
        sleep 0.1
    done
    kill -INT $!
    sleep 0.1
    kill -INT $!
    ! wait $!
    [ -z "$(ls "$BATS_TEST_TMPDIR/twice")" ]
}

# on_a_terminal COMMAND: runs it with standard error on a pseudo-terminal, whose input is standard input
# and whose output goes to the file shown. Tests run in the background ignore SIGINT, which the command
# would inherit, hence env; a shell in the terminal would be killed by the key, hence exec.
on_a_terminal() { env --default-signal=INT script -qefc "exec $1" shown >/dev/null; }

@test "train-head: on a terminal, a progress bar of the epoch, replaced by the epoch's line" {
    need_command script
    # Two epochs of about a second: batches of one sample, and a wide layer.
    on_a_terminal "train-head -j 1 -e 2 -b 1 -n 4096 -o '$out' features" </dev/null
    grep -aqE $'\rtrain-head: \[#*-*\] [0-9]+ of [0-9]+ steps of epoch 1, [0-9.]+/s, [0-9]+ s left\033\\[K' shown
    grep -aq $'\r\033\\[Ktrain-head: epoch 1 of 2: loss' shown
    train-head -j 1 -e 2 -b 1 -n 4096 -o "$out" features 2>log
    ! grep -q 'steps of epoch' log
    [ "$(grep -c '^train-head: epoch [12] of 2: loss .*, accuracy .*, val_loss .*, val_accuracy .* s left$' log)" -eq 2 ]
}

@test "train-head: the key Ctrl-C stops training after the epoch and reports what is kept" {
    need_command script
    press_within_an_epoch() {
        for _ in $(seq 3000); do
            grep -aq 'steps of epoch 1,' shown && break
            sleep 0.02
        done
        printf '\003'
    }
    : >shown
    # Slow steps, so that the key is pressed within an epoch and not between two epochs.
    press_within_an_epoch | on_a_terminal "train-head -j 1 -e 100 --patience 100 -b 1 -n 16384 -o '$out' features"
    grep -aq 'interrupted: stopping after this epoch; interrupt again to stop now' shown
    grep -aq 'epoch 1 of 100: loss' shown
    grep -aq 'warning: interrupted after [0-9]* of 100 epochs' shown
    grep -aq 'kept the weights of epoch' shown
    quickcheck "$out" | grep -q 'intact: yes'
}

@test "train-head: nonsensical options and inputs are refused in one line" {
    fails 2 'expected up to 15 integers' train-head -n 12,x features
    fails 2 '--lr: expected a number from' train-head --lr fast features
    fails 2 '--lr: expected a number from' train-head --lr nan features
    fails 1 "expected a file of kind 'features', found 'images'" train-head -o "$out" images
    fails 1 'the loss is not finite in epoch' \
        train-head --optimizer sgd --lr 1e6 --l2 1e6 -e 3 --history "$history" -o "$out" features
    [ ! -e "$out" ] && [ ! -e "$history" ]
    fails 2 '--history and --output: expected two different places' \
        train-head --history same -o same features
    # An unwritable place is found before training.
    fails 1 'nowhere/head: cannot be created' train-head -o nowhere/head features
    ! grep -q 'epoch 1' <<<"$stderr"
}

# ---- unfrozen layers ----

@test "train-head: unfrozen layers are trained and stored in the head" {
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 3 -o maps images
    run quickcheck maps
    [[ $output == *'"feature_layer":"block_16_project_BN"'* && $output == *'"pool":"flatten"'* ]]
    train-head -q --unfreeze 3 -w seeded:1 -e 2 -o "$out" maps
    run quickcheck "$out"
    [[ $output == *"finetuned/Conv_1/kernel: F32 [1, 1, 320, 1280]"* ]]
    [[ $output == *"dense_1/kernel: F32 [1280, 256]"* ]]
    train-head -q --unfreeze 3 -w seeded:1 -e 2 -o "$out.again" maps
    cmp "$out" "$out.again"
    # A negligible rate leaves the backbone the same: predictions are those without unfreezing.
    train-head -q --unfreeze 3 -w seeded:1 -e 1 -r 1e-12 -o "$out.still" maps
    train-head -q -e 1 -r 1e-12 -o "$out.plain" features
    evaluate -q -p "$out.p" "$out.still" maps >/dev/null
    evaluate -q -p "$out.q" "$out.plain" features >/dev/null
    paste <(grep -v '^#' "$out.p" | cut -f 6) <(grep -v '^#' "$out.q" | cut -f 6) |
        awk 'NR > 1 { d = $1 - $2; n++; if (d > 1e-4 || d < -1e-4) exit 1 } END { exit !n }'
}

@test "train-head: batch norms in training mode give another head" {
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 3 -o maps images
    train-head -q --unfreeze 3 -w seeded:1 -e 1 -o "$out" maps
    train-head -q --unfreeze 3 -w seeded:1 -e 1 --batchnorm training -o "$out.other" maps
    moving() { # the moving mean comes after kernel, gamma and beta, before the variance
        zstd -dc "$1" | tail -c 1323800 | sha256sum
    }
    [ "$(moving "$out")" != "$(moving "$out.other")" ]
}

@test "train-head: refuses unfrozen layers that do not match the features" {
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 3 -o maps images
    fails 1 'unfreezing 11 layers of mobilenetv2 needs .* block_15_add, found .* block_16_project_BN' \
        train-head --unfreeze 11 -w seeded:1 -o "$out" maps
    fails 1 'found features of layer out_relu, pooling avg' \
        train-head --unfreeze 3 -w seeded:1 -o "$out" features
    fails 1 'made with other weights: expected seeded:1, found seeded:2' \
        train-head --unfreeze 3 -w seeded:2 -o "$out" maps
    fails 1 'the last 1 layers have no weights' train-head --unfreeze 1 -w seeded:1 -o "$out" maps
    fails 2 'go together' train-head --unfreeze 3 -o "$out" maps
    [ ! -e "$out" ]
}
