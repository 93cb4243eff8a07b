#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The whole experiment through make, on a small set of phantoms.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 40 "set of phantoms"
}

setup() {
    results=$BATS_FILE_TMPDIR/results
    out=$results/run
}

# experiment KNOB=value...: make all on the phantoms, in the checkout, results elsewhere
experiment() {
    make --no-print-directory -C "$ROOT" all RESULTS="$results" RUN=run MODEL=mobilenetv2 EPOCHS=4 \
        DATA="$BATS_FILE_TMPDIR/set of phantoms" WEIGHTS=seeded:1 "$@" 2>&1
}

# The tools that a make run has started, in order.
tools_run() {
    grep -oE '^[^ ]*bin/[a-z-]+ ' <<<"$output" | sed 's#.*/##' | tr -d '\n'
}

@test "pipeline: make all ends with accuracy, macro recall and the report" {
    run experiment
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(tools_run)" = "split audit preprocess extract-features train-head evaluate explain report " ]
    [[ ${lines[-2]} =~ ^accuracy\ [0-9.]+,\ macro\ recall\ [0-9.]+$ ]]
    [ "${lines[-1]}" = "report: $out/report.html" ]
    grep -q 'Synthetic phantoms, not X-rays' "$out/report.html"
    grep -q 'seeded:1' "$out/report.md"
}

@test "pipeline: nothing changed, nothing done" {
    before=$(find "$out" -type f -not -name .owner -printf '%p %s %T@\n' | sort)
    run experiment
    [ "$(tools_run)" = "" ]
    [ "$(find "$out" -type f -not -name .owner -printf '%p %s %T@\n' | sort)" = "$before" ]
}

@test "pipeline: a knob rebuilds exactly what depends on it" {
    run experiment NEURONS=16
    [ "$(tools_run)" = "train-head evaluate explain report " ]
    run experiment NEURONS=16 POOL=max
    [ "$(tools_run)" = "extract-features train-head evaluate explain report " ]
    run experiment NEURONS=16 POOL=max FILTER=area
    [ "$(tools_run)" = "preprocess extract-features train-head evaluate explain report " ]
    run experiment NEURONS=16 POOL=max FILTER=area AUGMENT=1
    [ "$(tools_run)" = "preprocess extract-features train-head evaluate explain report " ]
    run experiment NEURONS=16 POOL=max FILTER=area SEED=2
    [ "$(tools_run)" = "split audit preprocess extract-features train-head evaluate explain report " ]
    run experiment NEURONS=16 POOL=max FILTER=area SEED=2 JOBS=1
    [ "$(tools_run)" = "" ]
}

@test "pipeline: heat maps of an earlier head do not stay" {
    run experiment
    [ -e "$out/explain/explain.tsv" ]
    run experiment EXPLAIN=0
    [ -e "$out/explain/explain.tsv" ]
    run experiment EXPLAIN=0 EPOCHS=3
    [ ! -e "$out/explain" ]
    run experiment
    [ "$(tools_run)" = "train-head evaluate explain report " ]
}

@test "pipeline: a new image starts the chain again" {
    run experiment
    rm "$(find "$BATS_FILE_TMPDIR/set of phantoms/PNEUMONIA" -name '*.png' | sort | tail -n 1)"
    run experiment
    [ "$(tools_run)" = "split audit preprocess extract-features train-head evaluate explain report " ]
}

@test "pipeline: interrupted, then run again: the same bytes as undisturbed" {
    run experiment SEED=3
    (cd "$out" && sha256sum manifest.tsv images* features* head* predictions.tsv metrics.json) >sums
    rm -r "$out"
    for seconds in 0.3 0.7 1.2 2; do
        run timeout -s KILL "$seconds" make --no-print-directory -C "$ROOT" all RESULTS="$results" \
            RUN=run MODEL=mobilenetv2 EPOCHS=4 DATA="$BATS_FILE_TMPDIR/set of phantoms" \
            WEIGHTS=seeded:1 SEED=3
        sleep 0.3
    done
    run experiment SEED=3
    [ "$status" -eq 0 ]
    (cd "$out" && sha256sum -c) <sums
}

@test "pipeline: a folder that is not there stops it in one line" {
    run make --no-print-directory -C "$ROOT" all RESULTS="$results" DATA=/nowhere
    [ "$status" -ne 0 ]
    [[ $output == *"make: DATA=/nowhere: there is no such folder"* ]]
    [ ! -e "$results/nowhere-vgg16" ]
}

@test "pipeline: a slip in a knob is told at once and costs no results" {
    run experiment
    before=$(find "$out" -type f -not -name .owner -printf '%p %s %T@\n' | sort)
    slip() {
        run experiment "$1"
        echo "$output"
        [ "$status" -ne 0 ]
        [[ $output == *"$2"* ]]
        [ "$(tools_run)" = "" ]
    }
    slip NEURONS="16 64" "NEURONS: expected one value, found '16 64'; several are for make sweep"
    slip USE_ALL=yes "USE_ALL: expected 0 or 1, found 'yes'"
    slip MODEL=resnet "MODEL: expected vgg16, inceptionresnetv2, mobilenetv2 or a file.pt, found 'resnet'"
    slip WEIGHTS=nope.h5 'WEIGHTS=nope.h5: there is no such file'
    slip RUN="a b" "RUN: expected no blanks in the name of a folder, found 'a b'"
    slip LR= 'LR: expected a number from 1e-12 to 1e6, found nothing'
    slip LR=fast "LR: expected a number from 1e-12 to 1e6, found 'fast'"
    slip SIZE=big "SIZE: expected N or HxW, whole numbers from 1 to 4096, found 'big'"
    slip GROUP=family "GROUP: expected patient or none, found 'family'"
    [ "$(find "$out" -type f -not -name .owner -printf '%p %s %T@\n' | sort)" = "$before" ]
}

@test "pipeline: training and test that share patients stop it, unless ALLOW_LEAK=1 says so" {
    leaky() { experiment GROUP=none RUN=leaky SIZE=32 EPOCHS=1 "$@"; }
    run leaky
    echo "$output"
    [ "$status" -ne 0 ]
    [ "$(tools_run)" = "split audit " ]
    line=$(grep '^make: [0-9]' <<<"$output")
    [[ $line =~ ^make:\ [0-9]+\ patients\ are\ in\ both\ train\ and\ test,\ see\ .*/leaky/audit.tsv:.*ALLOW_LEAK=1 ]]
    run leaky
    [ "$status" -ne 0 ]
    [ "$(tools_run)" = "" ]
    [[ $output == *"$line"* ]]
    run leaky ALLOW_LEAK=1
    [ "$status" -eq 0 ]
    [ "$(tools_run)" = "audit preprocess extract-features train-head evaluate explain report " ]
    grep -q "^#allow-leak$(printf '\t')yes$" "$results/leaky/audit.tsv"
    grep -q "^knob$(printf '\t')ALLOW_LEAK$(printf '\t')1$" "$results/leaky/experiment.tsv"
    run leaky # what was allowed once is not allowed for good
    [ "$status" -ne 0 ]
    run leaky ALLOW_LEAK=yes
    [[ $output == *"ALLOW_LEAK: expected 0 or 1, found 'yes'"* ]]
}

@test "pipeline: quotes in the name of a folder" {
    mv "$BATS_FILE_TMPDIR/set of phantoms" "$BATS_TEST_TMPDIR/it's a (set)"
    run make --no-print-directory -C "$ROOT" all RESULTS="$results" MODEL=mobilenetv2 EPOCHS=1 \
        SIZE=64 DATA="$BATS_TEST_TMPDIR/it's a (set)" WEIGHTS=seeded:1
    mv "$BATS_TEST_TMPDIR/it's a (set)" "$BATS_FILE_TMPDIR/set of phantoms"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -s "$results/it_s_a__set_-mobilenetv2/report.html" ]
}

@test "pipeline: make help shows every knob with its live value" {
    run make --no-print-directory -C "$ROOT" help MODEL=mobilenetv2 LR=0.5
    for knob in MODEL DATA WEIGHTS SEED TEST VAL GROUP POOL NEURONS LR EPOCHS BATCH PATIENCE DEVICE JOBS; do
        grep -q "^$knob " <<<"$output"
    done
    [[ $output == *"LR            0.5 "* ]]
}

@test "pipeline: make triage makes a worklist and its page of a folder, with the run's weights" {
    run experiment
    triage() {
        make --no-print-directory -C "$ROOT" triage RESULTS="$results" RUN=run \
            TRIAGE="$BATS_TEST_TMPDIR/the list" "$@" 2>&1
    }
    cp -r "$BATS_FILE_TMPDIR/set of phantoms/NORMAL" "$BATS_TEST_TMPDIR/it's new"
    echo text >"$BATS_TEST_TMPDIR/it's new/text.png"
    run triage IMAGES="$BATS_TEST_TMPDIR/it's new" PAGE_ROWS=2
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "worklist: $BATS_TEST_TMPDIR/the list/worklist.html" ]
    list="$BATS_TEST_TMPDIR/the list/worklist.tsv"
    [ "$(grep -v '^#' "$list" | tail -n +2 | wc -l)" -eq "$(ls "$BATS_TEST_TMPDIR/it's new" | wc -l)" ]
    grep -q "text.png.*unreadable" "$list"
    [ "$(grep -o '<img ' "$BATS_TEST_TMPDIR/the list/worklist.html" | wc -l)" -eq 2 ]
    run triage IMAGES="$BATS_TEST_TMPDIR/it's new" WEIGHTS=seeded:2
    [ "$status" -ne 0 ]
    [[ $output == *"differ in weights"* ]]
    run triage IMAGES="$BATS_TEST_TMPDIR/it's new" DEPTH=10
    [ "$status" -ne 0 ]
    [[ $output == *"head.safetensors.zst: its images were read with --depth auto: expected that, found --depth 10"* ]]
    cp -r "$results/run" "$results/edited"
    sed -i 's/^knob\tMODEL\t.*/knob\tMODEL\tvgg16/' "$results/edited/experiment.tsv"
    run triage IMAGES="$BATS_TEST_TMPDIR/it's new" RUN=edited
    [ "$status" -ne 0 ]
    [[ $output == *"edited/experiment.tsv: changed since it was written"* ]]
    rm -rf "$results/edited"
    run triage IMAGES=
    [ "$status" -ne 0 ]
    [[ $output == *"IMAGES=: expected a folder of images"* ]]
    run triage IMAGES="$BATS_TEST_TMPDIR" RUN=none
    [ "$status" -ne 0 ]
    [[ $output == *"none/head.safetensors.zst: there is no such file"* ]]
}

@test "pipeline: make sweep trains every combination on the same features, once" {
    run experiment # leaves features
    features=$(stat -c %Y "$out/features.safetensors.zst")
    sweep() {
        make --no-print-directory -C "$ROOT" sweep RESULTS="$results" RUN=run MODEL=mobilenetv2 \
            EPOCHS=2 DATA="$BATS_FILE_TMPDIR/set of phantoms" WEIGHTS=seeded:1 "$@" 2>&1
    }
    run sweep NEURONS="4 8" LR="1e-3 1e-4" SEEDS="1 2"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(tail -n +2 "$out/sweep/sweep.tsv" | wc -l)" -eq 8 ]
    tail -n +2 "$out/sweep/sweep.tsv" | cut -f 2 | LC_ALL=C sort -c -g
    [ "$(grep -c 'test metrics' <<<"$output")" -eq 1 ]
    [ "$(stat -c %Y "$out/features.safetensors.zst")" = "$features" ]
    # What is done is skipped: a second sweep touches no head.
    heads=$(find "$out/sweep" -name 'head*' -printf '%p %T@\n' | sort)
    run sweep NEURONS="4 8" LR="1e-3 1e-4" SEEDS="1 2"
    [ "$(find "$out/sweep" -name 'head*' -printf '%p %T@\n' | sort)" = "$heads" ]
    # A combination equals the same knobs run alone.
    run experiment EPOCHS=2 NEURONS=8 LR=1e-4
    cmp "$out/head.safetensors.zst" "$out/sweep/NEURONS@8~LR@1e-4~TRAIN_SEED@1/head.safetensors.zst"
    run sweep
    [ "$status" -ne 0 ]
    [[ $output == *"expected a knob with several values"* ]]
}

@test "pipeline: make compare writes the paper's table for all three backbones" {
    run make --no-print-directory -C "$ROOT" compare RESULTS="$results" RUN=c-vgg16 EPOCHS=2 \
        DATA="$BATS_FILE_TMPDIR/set of phantoms" WEIGHTS=seeded:1
    echo "$output"
    [ "$status" -eq 0 ]
    for row in 'VGG16 | 92 | 94.4' 'InceptionResNetV2 | 49 | 71.88' 'MobileNetV2 | 50 | 72.76'; do
        grep -qF "| $row" "$results/c-compare/compare.md"
    done
    [ -s "$results/c-compare/compare.html" ]
}
