#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Cross validation: evaluate --pooled, and make kfold on phantoms.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    export OMP_NUM_THREADS=1
    phantom -q -n 40 --min-size 60 --max-size 80 "$BATS_FILE_TMPDIR/set of phantoms"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    results=$BATS_FILE_TMPDIR/results
    space='{"backbone":"b","feature_layer":"c","filter":"area","fit":"pad","height":2,"normalize":"tf","pool":"avg","weights":"seeded:1","width":2}'
}

# answers NAME ROW...: a file of predictions with these rows, blanks for tabs
answers() {
    local name=$1
    shift
    {
        printf '#hilum-predictions 1\n#provenance\t[{"tool":"%s"}]\n#feature_space\t%s\n#positive\tB\n' "$name" "$space"
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\n'
        printf '%s\n' "$@" | tr ' ' '\t'
    } | with_checksum >"$name"
}

two_files() {
    answers one 's1 p1 test A A 0.9 0.1' 's2 p2 test B B 0.2 0.8' 's5 p5 train A A 0.9 0.1'
    answers two 's3 p3 test A B 0.4 0.6' 's4 p4 test B B 0.45 0.55' 's1 p1 train A A 0.9 0.1'
}

field() { jq ".$1" "$2"; }

near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 1e-9 && d > -1e-9) }'; }

@test "pooled: the answers of several files are measured together" {
    two_files
    evaluate -q --pooled -o m.json -p p.tsv one two
    [ "$(field n m.json)" = 4 ]
    near "$(field accuracy m.json)" 0.75
    near "$(field auroc m.json)" 0.75               # 3 of the 4 pairs
    near "$(field log_loss m.json)" 0.4606579499  # -(ln .9 + ln .8 + ln .4 + ln .55) / 4
    tr -d ' \n' <m.json | grep -q '"confusion_matrix":\[\[1,1\],\[0,2\]\]'
    tr -d ' \n' <m.json | grep -q '"options":"--subsettest--pooled--outliers0.99--resamples2000'
    [ "$(grep -c '"predictions/[12]": "sha256:' m.json)" = 2 ]
    [ "$(grep '"tool"' m.json | tr -dc 'a-z\n' | tr '\n' ' ')" = "toolone tooltwo toolevaluate " ]
    [ "$(grep -v '^#' p.tsv | cut -f 1 | tr '\n' ' ')" = "sample s1 s2 s3 s4 " ]
    # Measured again, what it has written gives the same.
    evaluate -q --pooled -o again.json p.tsv
    near "$(field log_loss again.json)" "$(field log_loss m.json)"
    report --metrics m.json --predictions p.tsv -o r.html
}

@test "pooled: what does not belong together is refused" {
    two_files
    fails 1 "^evaluate: sample 's1' is in one and in two: expected each sample once" \
        evaluate --pooled --subset all one two
    fails 1 "sample 's1' is in one and in one" evaluate --pooled one one
    sed 's/\tp_B/\tp_C/; s/\tB/\tC/g' two | with_checksum >classes
    fails 1 "classes differ: number 1 is 'B' in one, 'C' in classes" evaluate --pooled one classes
    sed 's/"tf"/"raw"/' two | with_checksum >space
    fails 1 "differ in normalize" evaluate --pooled one space
    grep -v '^#feature_space' two | with_checksum >spaceless
    fails 1 "spaceless: expected the lines #provenance and #feature_space" evaluate --pooled spaceless
    sed '$d' two >short
    fails 1 "short: cut short, or changed by hand: expected #sha256 as the last line" evaluate --pooled one short
    answers trained 's9 p9 train A A 0.9 0.1'
    fails 1 "trained: has no sample of the subset 'test'" evaluate --pooled one trained
    answers odd 's9 p9 tost A A 0.9 0.1'
    fails 1 "odd: row 1: expected a sample, a patient and a subset" evaluate --pooled --subset all odd
    fails 1 "none: cannot be read" evaluate --pooled one none
    fails 2 "expected the names of files" evaluate --pooled one -
    fails 2 "predictions already have their subsets" evaluate --pooled --manifest m.tsv one
    fails 2 "unexpected operand 'three'" evaluate one two three
}

# cross_validate KNOB=value...: make kfold on the phantoms, in the checkout, results elsewhere
cross_validate() {
    make -j 2 --no-print-directory -C "$ROOT" kfold RESULTS="$results" RUN=run MODEL=mobilenetv2 \
        EPOCHS=2 SIZE=64 NEURONS=4 DATA="$BATS_FILE_TMPDIR/set of phantoms" WEIGHTS=seeded:1 K=3 JOBS=1 \
        "$@" 2>&1
}

# made: everything below results with its date, but for the digests that make remembers and its lock
made() { find "$results" -type f -not -path '*/.digests/*' -not -name .owner -printf '%p %s %T@\n' | sort; }

rows() { grep -v -e '^#' -e '^path' -e '^sample' "$@"; }

@test "kfold: each image is tested once, no patient in two folds" {
    run cross_validate
    echo "$output"
    [ "$status" -eq 0 ]
    out=$results/run/kfold
    for i in 1 2 3; do
        rows "$out/fold-$i-of-3/predictions.tsv" | cut -f 1,2 | sed "s/\$/\t$i/"
    done >tested
    diff <(cut -f 1 tested | sort) <(rows "$results/run/manifest.tsv" | cut -f 1)
    [ -z "$(cut -f 2,3 tested | sort -u | cut -f 1 | uniq -d)" ]
    diff <(cut -f 1 tested | sort) <(rows "$out/pooled.tsv" | cut -f 1 | sort)
    # No patient is in test and in training of the same fold.
    for i in 1 2 3; do
        patients() { rows "$out/fold-$i-of-3/fold.tsv" | awk -F'\t' -v s="$1" '$4 == s { print $3 }' | sort -u; }
        [ -z "$(comm -12 <(patients test) <(cat <(patients train) <(patients val) | sort -u))" ]
    done
}

@test "kfold: the table has every fold, mean, standard deviation and pooled figures" {
    out=$results/run/kfold
    [ "$(cut -f 1 "$out/kfold.tsv" | tr '\n' ' ')" = "fold 1 2 3 mean sd pooled " ]
    [ "$(head -n 1 "$out/kfold.tsv")" = $'fold\tn\taccuracy\tmacro_recall\tauroc\tlog_loss\tpositive' ]
    [ "$(tail -n +2 "$out/kfold.tsv" | cut -f 7 | sort -u)" = PNEUMONIA ]
    for i in 1 2 3; do
        awk -F'\t' -v i=$i -v a="$(field accuracy "$out/fold-$i-of-3/metrics.json")" \
            '$1 == i { d = $3 - a; seen = d < 1e-6 && d > -1e-6 } END { exit !seen }' "$out/kfold.tsv"
    done
    # The two lines again, by another formula: deviations from the mean.
    awk -F'\t' 'NR > 1 { v[$1] = $6 }
        END { m = (v[1] + v[2] + v[3]) / 3
              d = sqrt(((v[1] - m) ^ 2 + (v[2] - m) ^ 2 + (v[3] - m) ^ 2) / 2)
              exit !(v["mean"] - m < 2e-6 && m - v["mean"] < 2e-6 && v["sd"] - d < 2e-6 && d - v["sd"] < 2e-6) }' \
        "$out/kfold.tsv"
    # Pooled accuracy: right answers of all folds over all images, counted in the folds' own files.
    right=$(cat "$out"/fold-*-of-3/predictions.tsv | rows - | awk -F'\t' '{ n++; r += $4 == $5 } END { print r / n }')
    awk -F'\t' -v r="$right" '$1 == "pooled" { d = $3 - r; exit !(d < 1e-5 && d > -1e-5) }' "$out/kfold.tsv"
}

@test "kfold: a second run does nothing, a knob reruns what depends on it" {
    before=$(made)
    run cross_validate
    [ "$status" -eq 0 ]
    [ "$(made)" = "$before" ]
    features=$(stat -c %Y "$results/run/features.safetensors.zst")
    table=$(<"$results/run/kfold/kfold.tsv")
    run cross_validate NEURONS=8
    [ "$(<"$results/run/kfold/kfold.tsv")" != "$table" ]
    [ "$(stat -c %Y "$results/run/features.safetensors.zst")" = "$features" ] # the backbone ran once
    run cross_validate NEURONS=8 K=2
    [ "$(cut -f 1 "$results/run/kfold/kfold.tsv" | tr '\n' ' ')" = "fold 1 2 mean sd pooled " ]
    run cross_validate # folds, figures and features are those of before
    diff <(echo "$table") "$results/run/kfold/kfold.tsv"
}

@test "kfold: a fold is reproduced from its experiment file" {
    run make --no-print-directory -C "$ROOT" reproduce RUN="$results/run/kfold/fold-2-of-3"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"the same bytes"* ]]
    grep -q $'^knob\tFOLD\t2$' "$results/run/kfold/fold-2-of-3/experiment.tsv"
}

@test "kfold: images instead of patients, other seeds, variants of all images" {
    run cross_validate RUN=image GROUP=none ALLOW_LEAK=1 SEED=5 K=2
    [ "$status" -eq 0 ]
    diff <(rows "$results/image/kfold/pooled.tsv" | cut -f 1 | sort) \
        <(rows "$results/image/manifest.tsv" | cut -f 1)
    run cross_validate RUN=variants AUGMENT=1 K=2
    echo "$output"
    [ "$status" -eq 0 ]
    [ ! -e "$results/variants/features.safetensors.zst" ] # one set of features serves all folds
    zstd -dc "$results/variants/kfold/features.safetensors.zst" | head -c 100000 | grep -ac $'\ttrain\t1$' |
        grep -qx "$(rows "$results/run/manifest.tsv" | wc -l)"
    diff <(rows "$results/variants/kfold/pooled.tsv" | cut -f 1 | sort) \
        <(rows "$results/run/manifest.tsv" | cut -f 1)
    ! cmp -s "$results/variants/kfold/kfold.tsv" "$results/run/kfold/kfold.tsv"
    before=$(made)
    run cross_validate RUN=variants AUGMENT=1 K=2
    [ "$(made)" = "$before" ]
}

@test "kfold: what makes no sense is told at once" {
    for k in 1 x 0 "2 3"; do
        run cross_validate K="$k" RUN=none
        [ "$status" -ne 0 ]
        [[ $output == *"K: expected a whole number from 2 to 100, found '$k'"* ]]
    done
    run cross_validate SUBSETS=folders
    [ "$status" -ne 0 ]
    [ ! -e "$results/none" ]
}
