#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# train-head --checkpoint: training that was killed and resumed gives the same bytes as uninterrupted training.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 40 64
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    extract-features -q -m mobilenetv2 -w seeded:2 -o other-features images
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 6 -o maps images
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    features=$BATS_FILE_TMPDIR/features
}

# Small batches, so that a kill often falls within an epoch.
options=(-j 1 -e 14 -b 1 -n 2048 --patience 14 --dropout 0.4)

# kill_and_resume OPTION...: trains, is killed three times at a random moment after one more epoch, and
# resumed until it ends by itself. Sets $kills to the number of kills.
kill_and_resume() {
    kills=0
    while :; do
        touch stamp
        train-head --checkpoint ck --history h.tsv -o head "${options[@]}" "$@" "$features" 2>>log &
        if [ "$kills" -lt 3 ]; then
            while kill -0 $! 2>/dev/null && ! [ ck -nt stamp ]; do sleep 0.01; done
            sleep "0.0$((RANDOM % 5))$((RANDOM % 10))"
            kill -KILL $! 2>/dev/null || true
        fi
        local ended=0
        wait $! || ended=$?
        [ $ended -ne 0 ] || return 0
        [ $ended -eq 137 ] || return 1
        kills=$((kills + 1))
    done
}

without_seconds() { sed 's/\t[^\t]*$//' "$1"; }

# The same bytes as uninterrupted training, and no checkpoint is left.
gives_the_same() { # OPTION...
    train-head -q --history h0.tsv -o head0 "${options[@]}" "$@" "$features"
    kill_and_resume "$@"
    cat log
    [ "$kills" -ge 2 ]
    grep -q 'ck: resuming after epoch' log
    cmp head0 head
    cmp <(without_seconds h0.tsv) <(without_seconds h.tsv)
    [ ! -e ck ]
    grep -q 'ck: removed, now that the head is written' log
}

@test "checkpoint: Adam with dropout, killed at random moments, gives the same bytes" {
    gives_the_same
}

@test "checkpoint: SGD with momentum, L2, balanced classes and a plateau gives the same bytes" {
    gives_the_same --optimizer sgd --momentum 0.9 --lr 0.02 --lr-schedule plateau --plateau 1 \
        --l2 0.001 --class-weight balanced
    [ "$(grep -v '^#' h.tsv | cut -f 6 | sort -u | wc -l)" -gt 2 ] # the rate went down
}

@test "checkpoint: fixed steps across passes, cosine, two hidden layers give the same bytes" {
    gives_the_same --steps 370 --lr-schedule cosine -n 320,160
}

@test "checkpoint: unfrozen layers, with moving averages in training, give the same bytes" {
    features=$BATS_FILE_TMPDIR/maps
    gives_the_same --unfreeze 6 -w seeded:1 --standardize yes --batchnorm training -b 4 -e 8
}

# interrupted_early: interrupts training early, which leaves a checkpoint.
interrupted_early() { # OPTION...
    env --default-signal=INT train-head --checkpoint ck -o head -j 1 -e 4000 -b 2 -n 64 --patience 4000 "$@" \
        "$features" 2>log &
    for _ in $(seq 1200); do
        grep -q 'epoch [0-9]* of' log && break
        sleep 0.05
    done
    kill -INT $!
    wait $!
}

@test "checkpoint: Ctrl-C keeps it with the best head so far; the same command resumes" {
    interrupted_early
    cat log
    grep -q 'warning: interrupted after [0-9]* of 4000 epochs: the same command resumes from ck' log
    quickcheck head | grep -q 'intact: yes'
    quickcheck ck | grep -q 'intact: yes'
    before=$(grep -c 'epoch [0-9]* of' log)
    interrupted_early # again: goes on, not from the start
    grep -q "ck: resuming after epoch $before\$" log
    ! grep -q 'epoch 1 of' log
}

@test "checkpoint: from a checkpoint of completed training, only the head is written" {
    train-head -q -o head0 "${options[@]}" "$features"
    # As if killed between the last checkpoint and the head, which cannot be written here.
    kill_after_last() {
        train-head --checkpoint ck -o /dev/full "${options[@]}" "$features" 2>log
    }
    ! kill_after_last
    grep -q 'cannot be written' log
    [ -e ck ]
    run train-head --checkpoint ck -o head "${options[@]}" "$features"
    [ "$status" -eq 0 ]
    [[ $output == *"resuming after epoch 14"*"kept the weights of epoch"* ]]
    [[ $output != *"epoch 14 of 14"* ]]
    cmp head0 head
}

@test "checkpoint: a checkpoint of another run is refused, naming the difference" {
    interrupted_early
    refused() { # PATTERN COMMAND...
        fails 1 "ck: a checkpoint of another run: $1" train-head --checkpoint ck -o new -j 1 -e 4000 -b 2 \
            -n 64 --patience 4000 "${@:2}"
        [ ! -e new ] && [ -e ck ]
    }
    refused 'expected train-head --neurons 32, found train-head --neurons 64' -n 32 "$features"
    refused 'expected train-head --lr 0.01, found train-head --lr 0.001' --lr 0.01 "$features"
    refused 'expected train-head --optimizer sgd, found train-head --optimizer adam' \
        --optimizer sgd "$features"
    refused 'expected extract-features from weights seeded:2, found extract-features from weights seeded:1' \
        "$BATS_FILE_TMPDIR/other-features"
    # Another version of the program: the same file except for the version number.
    zstd -dqc ck | LC_ALL=C sed 's/train-head\\",\\"version\\":\\"[0-9]/train-head\\",\\"version\\":\\"8/' >plain
    zstd -qc --stream-size="$(stat -c %s plain)" <plain >ck
    refused 'expected train-head [0-9.]+, found train-head 8\.' "$features"
}

@test "checkpoint: a damaged checkpoint is refused, and nothing is written" {
    interrupted_early
    cp ck whole
    damaged() { # PATTERN
        fails 1 "ck: $1" timeout 60 train-head -q --checkpoint ck -o new -j 1 -e 4000 -b 2 -n 64 --patience 4000 "$features"
        [ ! -e new ]
    }
    head -c 20000 whole >ck
    damaged 'truncated'
    cp whole ck
    printf '\xff' | dd of=ck bs=1 seek=$(($(stat -c %s ck) / 2)) conv=notrunc status=none
    damaged ''
    : >ck
    damaged 'expected a tensor file, found nothing'
    cp head ck
    damaged "expected a file of kind 'checkpoint', found 'head'"
    # An intact file, but with impossible numbers.
    exchange() { # FROM TO of one length, in the header
        zstd -dqc whole | sed "s|$1|$2|" >plain
        zstd -qc --stream-size="$(stat -c %s plain)" <plain >ck
        [ "$(zstd -dqc ck | cksum)" != "$(zstd -dqc whole | cksum)" ]
    }
    pass=$(zstd -dqc whole | grep -ao 'pass\\":[0-9]*' | head -n 1) # as many digits as epochs were done
    exchange "pass\\\\\":${pass##*:}" "$(printf 'pass\\\\":%-*s' "$((${#pass} - 7))" 0)"
    damaged "hilum.training_state: 'pass': expected 1 to"
    exchange '"value/0"' '"valve/0"'
    damaged 'tensor 2: expected value/0 with the type and shape of this training, found valve/0'
    # standing MEMBER VALUE: sets a value in hilum.training_state, padded with blanks to the old length.
    standing() {
        zstd -dqc whole | perl -0777 -pe 'BEGIN { ($key, $value) = splice @ARGV, 0, 2 }
            s/(\\"$key\\":)([^,}]*)/$1 . sprintf("%-*s", length $2, $value)/e' "$1" "$2" >plain
        zstd -qc --stream-size="$(stat -c %s plain)" <plain >ck
    }
    standing rate null
    damaged "'rate': expected a number, found null"
    standing rate 0.1
    damaged "hilum.training_state: 'rate': expected a number from 0 to 0.001, found 0.1"
    standing rate -1
    damaged "hilum.training_state: 'rate': expected a number from 0 to 0.001, found -1"
    standing best_loss null
    damaged "'best_loss': expected a number, found null" # there are validation samples
    zstd -dqc whole >plain
    printf '\0\0\300\177' | dd of=plain bs=1 seek=$(($(stat -c %s plain) - 4)) conv=notrunc status=none # a NaN
    restate plain
    zstd -qc --stream-size="$(stat -c %s plain)" <plain >ck
    damaged 'v/3: a value is not finite'
}

@test "checkpoint: wrong usage and unwritable places are reported before training" {
    fails 2 "--checkpoint: expected the name of a file, found '-'" train-head --checkpoint - "$features"
    fails 2 '--checkpoint and --output: expected two different places' \
        train-head --checkpoint same -o same "$features"
    fails 2 '--checkpoint and --history: expected two different places' \
        train-head --checkpoint same --history same -o head "$features"
    fails 1 'nowhere/ck: cannot be created' train-head --checkpoint nowhere/ck -o head "$features"
    ! grep -q 'epoch 1' <<<"$stderr"
    [ ! -e head ]
}

# ---- make ----

# make_all GOAL KNOB=value...: on phantoms of its own, with about two seconds of training.
make_all() {
    [ -d "$BATS_FILE_TMPDIR/set" ] || phantom -q -n 14 --min-size 64 --max-size 80 "$BATS_FILE_TMPDIR/set"
    make --no-print-directory -C "$ROOT" RESULTS="$PWD/results" RUN=run MODEL=mobilenetv2 SIZE=32 \
        DATA="$BATS_FILE_TMPDIR/set" WEIGHTS=seeded:1 JOBS=1 EXPLAIN=0 BATCH=1 PATIENCE=60 EPOCHS=60 DROPOUT=0.5 NEURONS=512 "$@"
}

# cut_short SIGNAL GOAL KNOB=value...: ends make and all that it has started once there is a checkpoint.
cut_short() {
    ROOT=$ROOT env --default-signal=INT setsid bash -c "$(declare -f make_all); make_all \"\$@\"" \
        - "${@:2}" >log 2>&1 &
    for _ in $(seq 600); do
        [ -z "$(find results -name checkpoint.safetensors.zst 2>/dev/null)" ] || break
        sleep 0.02
    done
    kill "-$1" -- -$!
    wait $! || true
    cat log
    [ -n "$(find results -name checkpoint.safetensors.zst)" ]
}

results_of() { (cd "results/$1" && sha256sum head.safetensors.zst predictions.tsv metrics.json); }

@test "checkpoint: a killed make all resumes, with the same results" {
    make_all all
    undisturbed=$(results_of run)
    rm -r results
    cut_short KILL all
    [ ! -e results/run/experiment.tsv ]
    run make_all all
    echo "$output"
    [[ $output == *"checkpoint.safetensors.zst: resuming after epoch"* ]]
    [ ! -e results/run/checkpoint.safetensors.zst ]
    diff <(results_of run) <(echo "$undisturbed")
    # With other knobs, training starts from the beginning.
    rm results/run/head.safetensors.zst
    cut_short KILL all
    run make_all all NEURONS=8
    [ "$status" -eq 0 ]
    [[ $output != *"resuming after epoch"* ]]
    quickcheck results/run/head.safetensors.zst | grep -q 'F32 \[1280, 8\]'
}

@test "checkpoint: Ctrl-C in make all leaves no result that seems complete; make resumes" {
    cut_short INT all
    grep -q 'interrupted after [0-9]* of [0-9]* epochs' log
    [ -e results/run/head.safetensors.zst ]
    [ ! -e results/run/metrics.json ] && [ ! -e results/run/experiment.tsv ]
    run make_all all
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"resuming after epoch"* ]]
    run make_all all
    [[ $output != *"resuming after epoch"* && $output != *"bin/train-head"* ]]
}

@test "checkpoint: a killed sweep resumes; with -j, seeds and other knobs" {
    swept() { make_all sweep -j2 NEURONS=4 SEEDS="1 2 3" EPOCHS=20 "$@" 2>&1; }
    dates() { find results/run -name "$1" -printf '%p %T@\n' | sort; }
    cut_short KILL sweep -j2 NEURONS=4 SEEDS="1 2 3" EPOCHS=20
    killed=$(dirname "$(find results/run/sweep -name checkpoint.safetensors.zst | head -n 1)")
    run swept
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^TRAIN_SEED@' results/run/sweep/sweep.tsv)" -eq 3 ]
    tail -n +2 results/run/sweep/sweep.tsv | cut -f 2 | LC_ALL=C sort -c -g
    [ "$(grep -c 'test metrics' <<<"$output")" -eq 1 ]
    # A member that was killed has the result of an uninterrupted run with its knobs.
    IFS='~' read -r -a knobs <<<"$(basename "$killed" | tr @ =)"
    make_all all EPOCHS=20 NEURONS=4 "${knobs[@]}"
    for f in head.safetensors.zst predictions.tsv metrics.json; do
        cmp "results/run/$f" "$killed/$f"
    done
    # Completed members are skipped; another value of a knob that is not swept trains all of them again.
    heads=$(dates 'head*') features=$(dates 'features*')
    run swept
    [ "$(dates 'head*')" = "$heads" ]
    run swept DROPOUT=0.2
    [ "$(comm -12 <(dates 'head*') <(echo "$heads") | grep -c sweep/)" -eq 0 ]
    [ "$(dates 'features*')" = "$features" ]
    [ "$(cat results/run/sweep/*/experiment.tsv | grep -c $'^knob\tDROPOUT\t0.2$')" -eq 3 ]
}
