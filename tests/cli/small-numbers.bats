#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Confidence intervals of few patients: no interval has zero width, and how it was made is said. The intervals
# themselves are tested in tests/unit/stats/test_score_interval.c.

load helpers
load prediction_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# predictions FILE: from lines "PATIENT LABEL P".
predictions() { write_predictions "$1"; }

# all_right: 2 NORMAL and 10 PNEUMONIA patients, one image each
all_right() {
    for i in 1 2; do echo "n$i NORMAL 0.$i"; done
    for i in 0 1 2 3 4 5 6 7 8 9; do echo "p$i PNEUMONIA 0.9$i"; done
}

# have_width FILE: every interval in the JSON has two ends that differ, or none.
have_width() {
    jq -e '[.. | objects | .intervals? // empty | (.metrics? // .) | objects | to_entries[] | .value | arrays |
        select(length == 2 and (. != [null, null]) and (.[0] == null or .[1] == null or .[0] >= .[1]))] == []' "$1"
    jq -e '[(.triage[] | [.lo, .hi]), (.roc_band, .pr_band | [.lo, .hi] | transpose[]) |
        select(. != [null, null] and .[0] >= .[1])] == []' "$1"
}

@test "small numbers: 2 NORMAL and 10 PNEUMONIA patients, all predicted correctly" {
    all_right | predictions p.tsv
    evaluate -q --pooled --prevalence 0.1 -o m.json p.tsv
    have_width m.json
    # Wilson: 2 / (2 + 3.8415), 10 / (10 + 3.8415), 12 / (12 + 3.8415)
    jq -e '.binary.specificity == 1 and .auroc == 1' m.json
    jq -e '.intervals.metrics | (.specificity[0] - 0.342380 | fabs) < 1e-6 and .specificity[1] == 1 and
        (.sensitivity[0] - 0.722467 | fabs) < 1e-6 and (.accuracy[0] - 0.757506 | fabs) < 1e-6 and
        (.ppv[0] - 0.722467 | fabs) < 1e-6 and (.npv[0] - 0.342380 | fabs) < 1e-6' m.json
    # Newcombe, by another program
    jq -e '.intervals.metrics.auroc | (.[0] - 0.546118 | fabs) < 1e-6 and .[1] == 1' m.json
    jq -e '.intervals.methods | .specificity == "Wilson" and .auroc == "Newcombe" and .balanced_accuracy == "MOVER" and
        .f1 == "not estimable" and .brier == null' m.json
    jq -e '.prevalence.methods.ppv == "bounds"' m.json
    # A resample lacks NORMAL with a probability of (10 / 12)^12, 0.112.
    jq -e '.intervals.resamples_without_a_class | . > 180 and . < 270' m.json
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -q '^| Specificity | 1.000 | 0.342–1.000, Wilson |' r.md
    grep -q '^| AUROC | 1.000 | 0.546–1.000, Newcombe |' r.md
    grep -q '^| F1 | 1.000 | not estimable |' r.md
    grep -q '^| Specificity for PNEUMONIA | 100.0[^0-9]*% | 34.2–100.0[^0-9]*%, Wilson |' r.md
    grep -q '[0-9] of the resamples lacked one of the classes' r.md
}

@test "small numbers: resamples that lack a class, and a proportion that is neither 0 nor 1" {
    { all_right; echo 'n3 NORMAL 0.7'; } | predictions p.tsv
    evaluate -q --pooled -o m.json p.tsv
    have_width m.json
    # 2 of 3: (2/3 + z^2/6 -+ z sqrt(2/27 + z^2/36)) / (1 + z^2/3)
    jq -e '.intervals.methods.specificity == "Wilson" and (.intervals.metrics.specificity |
        (.[0] - 0.207660 | fabs) < 1e-6 and (.[1] - 0.938508 | fabs) < 1e-6)' m.json
}

@test "small numbers: a predictive value that some resamples do not have" {
    # Of 50 patients, 2 are predicted positive, rightly so. A resample has neither of them with a probability of 0.13.
    {
        for i in $(seq 30); do echo "n$i NORMAL 0.$((i % 4))"; done
        for i in $(seq 20); do echo "p$i PNEUMONIA $([ "$i" -le 2 ] && echo 0.9 || echo 0.45)"; done
    } | predictions p.tsv
    evaluate -q --pooled -o m.json p.tsv
    have_width m.json
    # Wilson's of 2 of 2, and not 0 to 1
    jq -e '.binary.ppv == 1 and .intervals.methods.ppv == "Wilson" and (.intervals.metrics.ppv[0] - 0.342380 | fabs) < 1e-6' m.json
    jq -e '.intervals.methods.npv == null and .intervals.resamples_without_a_class == 0' m.json
}

@test "small numbers: the bars of the reliability curve are over patients" {
    # One bin has 6 images of one patient, another one 4 of four.
    { for i in 1 2 3 4 5 6; do echo "a NORMAL 0.1"; done; for i in 1 2 3 4; do echo "b$i PNEUMONIA 0.9"; done; } | predictions p.tsv
    evaluate -q --pooled -o m.json p.tsv
    jq -e '[.reliability[] | select(.n > 0) | [.n, .patients]] == [[6, 1], [4, 4]]' m.json
    report --metrics m.json -o r.html --json r.json
    # Wilson: 0 of 1 ends at 3.8415 / 4.8415, 4 of 4 begins at 4 / 7.8415.
    jq -e '[.blocks[] | select(.kind == "figure" and .id == "reliability").data.series[] | select(.hi)][0] |
        (.hi[0] - 0.793450 | fabs) < 1e-5 and (.lo[1] - 0.510109 | fabs) < 1e-5' r.json
}

@test "small numbers: images of one patient are one patient, and many patients have the bootstrap's intervals" {
    { for i in 1 2 3 4 5 6; do echo "n NORMAL 0.$i"; done; all_right | tail -n +3; } | predictions p.tsv
    evaluate -q --pooled -o m.json p.tsv
    have_width m.json
    # Of the one patient with NORMAL images: Wilson's interval of 5/6 of 1.
    jq -e '.intervals.methods.specificity == "Wilson" and .intervals.metrics.specificity[0] < 0.2' m.json
    { for i in $(seq 40); do echo "n$i NORMAL 0.$((i % 9 + 1))"; echo "p$i PNEUMONIA 0.$((i % 7 + 3))"; done; } | predictions q.tsv
    evaluate -q --pooled -o m.json q.tsv
    jq -e '.intervals.methods == null and .intervals.resamples_without_a_class == 0' m.json
    have_width m.json
}

@test "small numbers: in compare, too" {
    all_right | predictions a.tsv
    all_right | sed 's/0.90$/0.4/' | predictions b.tsv
    compare -q -n a,b --json c.json -o c.tsv a.tsv b.tsv
    awk -F '\t' '/^kind/ { head = $NF } $1 == "model" && $2 == "a" { method[$4] = $NF }
        END { print head, method["accuracy"], method["macro_recall"] }' c.tsv | grep -qx 'method Wilson MOVER'
    jq -e '.models[0].metrics | .accuracy.method == "Wilson" and .macro_recall.method == "MOVER" and
        .auroc.method == "Newcombe" and (.auroc.interval[0] - 0.546118 | fabs) < 1e-6' c.json
    jq -e '[.. | .interval? // empty | select(. != [null, null] and .[0] >= .[1])] == []' c.json
    jq -e '.intervals.resamples_without_a_class > 180' c.json
    evaluate -q --pooled -o m.json a.tsv
    report --compare --tests c.json --markdown c.md -o c.html m.json m.json
    grep -qF " $(jq .intervals.resamples_without_a_class c.json) of 2000 resamples lacked a class" c.md
    grep -q '^#resamples_without_a_class' c.tsv
    # A model and itself do not differ, by no interval.
    compare -q -n a,b --json c.json a.tsv a.tsv >/dev/null
    jq -e '.pairs[0].difference.accuracy | .value == 0 and .interval == [null, null] and .method == "not estimable"' c.json
    report --compare --tests c.json --markdown c.md -o c.html m.json m.json
    grep -q '+0.000 (not estimable)' c.md
}

@test "small numbers: predictions that are all alike leave no width of rounding" {
    for n in 1 2 3; do echo "n$n NORMAL 0.5"; echo "p$n PNEUMONIA 0.5"; echo "q$n PNEUMONIA 0.5"; done | predictions p.tsv
    evaluate -q --pooled -o m.json p.tsv
    # Whatever part of the list is read, it has that part of the positives, in each resample.
    jq -e '[.triage[] | select(.lo != null and .hi - .lo < 1e-6)] == [] and .triage[50].found == 0.5' m.json
    jq -e '.intervals.metrics.auroc | .[1] - .[0] > 0.1' m.json
    have_width m.json
}

@test "small numbers: narrow intervals of many patients have two different ends on the page" {
    awk 'BEGIN { for (i = 0; i < 20000; i++) {
        print "n" i, "NORMAL", 0.1 + i / 2e5
        print "p" i, "PNEUMONIA", (i % 7000 ? 0.8 + i / 2e5 : 0.05) } }' | predictions p.tsv
    evaluate -q --pooled --resamples 50 --prevalence 0.5 -o m.json p.tsv
    jq -e '.intervals.metrics.accuracy | .[0] > 0.9995 and .[1] > 0.9995' m.json
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -E '^\| (Accuracy|AUROC) ' r.md
    run ! grep -E '(^|[^0-9.])([0-9]+\.[0-9]+)(–| to )\2([^0-9]|$)' r.md
    mkdir a b
    cp p.tsv a/predictions.tsv
    sed '/^s1\t/s/NORMAL\tNORMAL\t/NORMAL\tPNEUMONIA\t/; /^#sha256/d' p.tsv | with_checksum >b/predictions.tsv
    for i in a b; do evaluate -q --pooled --resamples 0 -o $i/metrics.json $i/predictions.tsv; done
    compare -q -n a,b --resamples 50 --json c.json a/predictions.tsv b/predictions.tsv >/dev/null
    report --compare --tests c.json -o c.html --markdown c.md a b
    grep -E '^\| a .* b \|' c.md
    run ! grep -E '(^|[^0-9.])([0-9]+\.[0-9]+)(–| to .?)\2([^0-9]|$)' c.md
}
