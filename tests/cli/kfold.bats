#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Cross validation: evaluate --pooled, and make kfold on phantoms.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    phantom -q -n 40 --min-size 60 --max-size 80 "$BATS_FILE_TMPDIR/set of phantoms"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    results=$BATS_FILE_TMPDIR/results
    space='{"backbone":"b","cut":"c","filter":"area","fit":"pad","height":2,"normalize":"tf","pool":"avg","weights":"seeded:1","width":2}'
}

# answers NAME ROW...: a file of predictions with these rows, blanks for tabs
answers() {
    local name=$1
    shift
    {
        printf '#hilum-predictions 1\n#chain\t[{"tool":"%s"}]\n#space\t%s\n' "$name" "$space"
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\n'
        printf '%s\n' "$@" | tr ' ' '\t'
    } >"$name"
}

two_files() {
    answers one 's1 p1 test A A 0.9 0.1' 's2 p2 test B B 0.2 0.8' 's5 p5 train A A 0.9 0.1'
    answers two 's3 p3 test A B 0.4 0.6' 's4 p4 test B B 0.45 0.55' 's1 p1 train A A 0.9 0.1'
}

field() { sed -n "s/^  \"$1\": \([^,]*\),*$/\1/p" "$2"; }

near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 1e-9 && d > -1e-9) }'; }

@test "pooled: the answers of several files are measured together" {
    two_files
    evaluate -q --pooled -o m.json -p p.tsv one two
    [ "$(field n m.json)" = 4 ]
    near "$(field accuracy m.json)" 0.75
    near "$(field auroc m.json)" 0.75               # 3 of the 4 pairs
    near "$(field log_loss m.json)" 0.4606579499  # -(ln .9 + ln .8 + ln .4 + ln .55) / 4
    tr -d ' \n' <m.json | grep -q '"confusion_matrix":\[\[1,1\],\[0,2\]\]'
    tr -d ' \n' <m.json | grep -q '"options":"--subsettest--pooled"'
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
    fails 1 "^evaluate: sample 's1' stands in one and in two: expected each once" \
        evaluate --pooled --subset all one two
    fails 1 "sample 's1' stands in one and in one" evaluate --pooled one one
    sed 's/\tp_B/\tp_C/; s/\tB/\tC/g' two >classes
    fails 1 "classes differ: number 1 is 'B' in one, 'C' in classes" evaluate --pooled one classes
    sed 's/"tf"/"raw"/' two >space
    fails 1 "differ in normalize" evaluate --pooled one space
    grep -v '^#space' two >spaceless
    fails 1 "spaceless: expected the lines #chain and #space" evaluate --pooled spaceless
    answers trained 's9 p9 train A A 0.9 0.1'
    fails 1 "trained: it has no sample of the subset 'test'" evaluate --pooled one trained
    answers odd 's9 p9 tost A A 0.9 0.1'
    fails 1 "odd: row 1: expected a sample, a patient and a subset" evaluate --pooled --subset all odd
    fails 1 "none: cannot be read" evaluate --pooled one none
    fails 2 "expected the names of files" evaluate --pooled one -
    fails 2 "predictions have their subsets already" evaluate --pooled --manifest m.tsv one
    fails 2 "unexpected operand 'three'" evaluate one two three
}
