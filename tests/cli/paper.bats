#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make paper, on phantoms: the study of which combinations of settings collapse.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    export OMP_NUM_THREADS=1
    phantom -q -n 40 --min-size 60 --max-size 80 "$BATS_FILE_TMPDIR/phantoms"
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    results=$BATS_FILE_TMPDIR/results
    study=$results/phantoms-mobilenetv2-paper
}

paper() {
    make --no-print-directory -s -C "$ROOT" paper MODEL=mobilenetv2 DATA="$BATS_FILE_TMPDIR/phantoms" \
        WEIGHTS=seeded:1 RESULTS="$results" SIZE=32 PAPER_RATES=1e-2 EPOCHS=1 NEURONS=4 RESAMPLES=0 JOBS=1 "$@"
}

@test "paper: every combination is trained and measured, and the page counts the collapsed ones" {
    run paper
    [ "$status" -eq 0 ]
    # 4 scalings x 2 heads, nearest x 2, batch norm 2 modes x 1 and 2 epochs, 3 wrong scalings x 2
    [ "$(grep -vc '^#\|^scaling' "$study/grid.tsv")" -eq 20 ]
    collapsed=$(cut -f 5 "$study/grid.tsv" | grep / | sed 's|$|/metrics.json|' |
        xargs grep -l '^    "collapsed": true')
    grep -q "^$(wc -l <<<"$collapsed") of 20 combinations collapse" "$study/paper.md"
    grep -q 'The split is random by image' "$study/paper.md"
    # What the settings say is what was done.
    cut -f 5 "$study/grid.tsv" | grep -q '/raw-flatten/lr-1e-2$'
    run quickcheck "$study/raw-flatten/features.safetensors.zst"
    [[ $output == *'"normalize":"raw","pool":"flatten"'* ]]
    run quickcheck "$study/tf-avg-nearest/features.safetensors.zst"
    [[ $output == *'"filter":"nearest"'* && $output == *'"normalize":"tf","pool":"avg"'* ]]
    grep -q 'normalised with raw, the training images with tf' \
        "$study/tf-avg/lr-1e-2/measured-on-raw/metrics.json"
    grep -qP '^knob\tBATCHNORM\ttraining$' "$study/tf-avg-unfrozen/lr-1e-2-training-2/experiment.tsv"
    grep -qP '^knob\tGROUP\tnone$' "$study/tf-avg-unfrozen/lr-1e-2-training-2/experiment.tsv"
}

@test "paper: what is done is not done again" {
    touch stamp
    paper
    [ -z "$(find "$study" -newer stamp -name '*.zst' -o -newer stamp -name metrics.json)" ]
    # With other knobs it is, heads that were measured on images of another scaling too.
    paper PREVALENCE=0.2
    grep -q '"prevalence": {' "$study/tf-avg/lr-1e-2/measured-on-raw/metrics.json"
    [ -z "$(find "$study" -newer stamp -name '[hf]*.zst')" ]
}

@test "paper: features that were scaled in another way are refused, but for --ignore-normalize" {
    head=$study/tf-avg/lr-1e-2/head.safetensors.zst
    raw=$study/raw-avg/features.safetensors.zst
    fails 1 "raw" evaluate "$head" "$raw"
    evaluate --ignore-normalize -o m.json "$head" "$raw" 2>log
    grep -q 'warning: these images were normalised with raw' log
    # No other difference passes.
    fails 1 "flatten" evaluate --ignore-normalize "$head" "$study/raw-flatten/features.safetensors.zst"
    # Nothing is said where nothing differs.
    evaluate --ignore-normalize -o m.json "$head" "$study/tf-avg/features.safetensors.zst" 2>log
    ! grep -q 'were scaled' log
}
