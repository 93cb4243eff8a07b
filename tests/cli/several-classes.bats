#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# More than two classes, each against the rest: evaluate, compare, report and predict. Expected numbers are those of
# scikit-learn and numpy, by tests/parity/make_class_data.py.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    export OMP_NUM_THREADS=1
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 60 --seed 1 --min-size 60 --max-size 80 set
    make_three all RUN=three >log 2>&1
}

# make_three GOAL KNOB...: on phantoms of three classes
make_three() {
    make --no-print-directory -C "$ROOT" "$@" RESULTS="$BATS_FILE_TMPDIR/results" DATA="$BATS_FILE_TMPDIR/set" \
        LABEL_REGEX='(NORMAL|bacteria|virus)' MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=48 FIT=pad EPOCHS=4 NEURONS=0 \
        TEST=0.4 CALIBRATE=1 RESAMPLES=100 EXPLAIN=0 QUIET=-q JOBS=2
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    run=$BATS_FILE_TMPDIR/results/three
}

# close A B: every number of the JSON file B is in A within 1e-9; prints what is not, and how many there are.
close() {
    jq -r -n --slurpfile a "$1" --slurpfile b "$2" '
        [$b[0] | paths(type == "number")] as $all | ($all | length),
        ($all[] | . as $p | {p: map(tostring) | join("."), a: ($a[0] | getpath($p)), b: ($b[0] | getpath($p))}
            | select(.a == null or (.a - .b | fabs) > 1e-9) | "\(.p): found \(.a), expected \(.b)")'
}

@test "several classes: metrics, means and intervals are those of scikit-learn" {
    evaluate -q --pooled --resamples 200 -o m.json "$DATA/classes/a.tsv"
    jq '.one_vs_rest | {classes: [.classes[] | {class, binary, delong, intervals: .intervals.metrics}],
        macro: .macro | {metrics, intervals}, weighted: .weighted | {metrics, intervals}, together}' m.json >found
    jq .evaluate "$DATA/classes/expected.json" >expected
    [ "$(close found expected)" = 147 ]
    jq -e '[.classes[].class] == ["COVID", "Normal", "Viral"]' found
    # The same numbers as elsewhere in the file
    jq -e '.one_vs_rest as $o | (.accuracy - $o.weighted.metrics.sensitivity | fabs) < 1e-12 and
        (.macro_recall - $o.macro.metrics.sensitivity | fabs) < 1e-12 and (.auroc - $o.macro.metrics.auroc | fabs) < 1e-12 and
        (.log_loss - $o.together.log_loss | fabs) < 1e-12' m.json
    # A class is measured as the positive class is.
    evaluate -q --pooled --resamples 200 --positive Viral -o v.json "$DATA/classes/a.tsv"
    jq -e '.one_vs_rest.classes[2] as $c | .positive == "Viral" and .binary == $c.binary and .intervals == $c.intervals and
        .roc_band == $c.roc_band and .reliability == $c.reliability and .triage == $c.triage and .delong == $c.delong' v.json
    # What is of all classes together is not in the table of one.
    report --metrics v.json -o v.html --markdown v.md
    sed -n '/^## Metrics for Viral/,/^## Metrics by class/p' v.md >table
    grep -q '^| Sensitivity | ' table
    run ! grep -qE '^\| (Accuracy|Macro average recall|Log loss) ' table
    jq -S 'del(.sha256, .provenance)' m.json >a
    jq -S 'del(.sha256, .provenance, .positive, .binary, .intervals, .roc_band, .pr_band, .reliability, .triage, .delong)' v.json |
        diff - a
    evaluate -q --pooled --resamples 0 -o m.json "$DATA/classes/a.tsv"
    jq -e '.one_vs_rest | (.macro | has("intervals") | not) and (.classes[0] | has("intervals") | not)' m.json
}

@test "several classes: scikit-learn makes the expected numbers again" {
    python3 -c 'import scipy, sklearn, statsmodels, zstandard' 2>/dev/null ||
        skip "NOT RUN: needs Python with scikit-learn, scipy, statsmodels and zstandard, which are not installed"
    (cd "$ROOT/tests/parity" && python3 make_class_data.py "$OLDPWD/made")
    cmp made/a.tsv "$DATA/classes/a.tsv"
    [[ $(close made/expected.json "$DATA/classes/expected.json") =~ ^[0-9]+$ ]]
    [[ $(close "$DATA/classes/expected.json" made/expected.json) =~ ^[0-9]+$ ]]
}

# made_up K SEED: predictions of K classes in tenths, so with ties, of patients with several images, with a carried column.
# The last class but one has a single image, and with four classes the last one none.
made_up() {
    awk -v k="$1" -v x="$2" -v OFS='\t' '
        function draw(n) { x = (x * 16807) % 2147483647; return int(x / 2147483647 * n) }
        BEGIN {
            print "#hilum-predictions 1"
            print "#provenance", "[{\"tool\":\"t\"}]"
            print "#feature_space", "{\"backbone\":\"b\",\"feature_layer\":\"c\",\"filter\":\"area\",\"fit\":\"pad\",\"height\":2,\"normalize\":\"tf\",\"pool\":\"avg\",\"weights\":\"seeded:1\",\"width\":2}"
            printf "sample\tpatient\tsubset\tlabel\tpredicted"
            for (c = 0; c < k; c++) printf "\tp_%c", 65 + c
            print "\tage"
            for (i = 0; i < 120; i++) {
                y = i ? draw(k - 2) : k - 2
                if (k != 4 && i % 7 == 1) y = k - 1
                left = 10
                best = -1
                for (c = 0; c < k; c++) {
                    p[c] = c == k - 1 ? left : draw(left + 1)
                    if (c == y && left > 3 && c < k - 1) p[c] = 3 + draw(left - 2)
                    left -= p[c]
                    if (best < 0 || p[c] > p[best]) best = c
                }
                printf "s%d\tp%d%c\ttest\t%c\t%c", i, draw(40), 65 + y, 65 + y, 65 + best
                for (c = 0; c < k; c++) printf "\t%.1f", p[c] / 10
                a = draw(90)
                print "", (a % 9 == 0 ? "" : a < 10 ? a "M" : sprintf("%03dY", a))
            }
        }' | with_checksum
}

@test "several classes: scikit-learn and statsmodels find the numbers of three, four and five classes" {
    python3 -c 'import scipy, sklearn, statsmodels, zstandard' 2>/dev/null ||
        skip "NOT RUN: needs Python with scikit-learn, scipy, statsmodels and zstandard, which are not installed"
    checked() { python3 "$ROOT/tests/parity/check_metrics.py" "$1" "$2" | tee /dev/stderr | grep -qE '^[0-9]{3,} compared, 0 differ$'; }
    for k in 3 4 5; do
        made_up $k $((k * 77)) >p.tsv
        evaluate -q --pooled --resamples 100 --positive A --by age:1:18:60 --prevalence 0.2 -o m.json p.tsv 2>log || { cat log; false; }
        checked p.tsv m.json
    done
    for unit in image patient; do
        evaluate -q --pooled --resamples 100 --unit $unit -p u.tsv -o m.json "$DATA/classes/a.tsv"
        checked u.tsv m.json
    done
    { head -n 3 "$DATA/classes/a.tsv"; printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_NORMAL\tp_PNEUMONIA\n'
        awk -F '\t' -v OFS='\t' '/^s[0-9]/ { q = 1 - $7; print $1, $2, $3, ($4 == "Normal" ? "NORMAL" : "PNEUMONIA"), (q > 0.5 ? "PNEUMONIA" : "NORMAL"), $7, q }' \
            "$DATA/classes/a.tsv"; } | with_checksum >p.tsv
    evaluate -q --pooled --resamples 100 --prevalence 0.1 -o m.json p.tsv
    checked p.tsv m.json
}

@test "several classes: compare has DeLong's test of each class, corrected for all" {
    compare -q --resamples 50 --json c.json "$DATA/classes/a.tsv" "$DATA/classes/b.tsv" >c.tsv
    jq '[.classes[].pairs[0] | {difference: .difference.auroc.value, p: .auroc_test.p, p_holm: .auroc_test.p_holm}]' c.json >found
    jq .compare "$DATA/classes/expected.json" >expected
    [ "$(close found expected)" = 9 ]
    jq -e '[.classes[].class] == ["COVID", "Normal", "Viral"] and .pairs[0].difference.auroc.value == null and
        all(.classes[]; .pairs[0].difference.auroc.interval[0] < .pairs[0].difference.auroc.value)' c.json
    [ "$(grep -c '^model	[ab].tsv		auroc:' c.tsv)" = 6 ]
    [ "$(grep -c '^difference	a.tsv	b.tsv	auroc:.*	DeLong	' c.tsv)" = 3 ]
    compare -q --resamples 50 --positive Normal --json n.json "$DATA/classes/a.tsv" "$DATA/classes/b.tsv" >n.tsv
    jq -e '.pairs[0].difference.auroc == .classes[1].pairs[0].difference.auroc and .pairs[0].auroc_test.p == .classes[1].pairs[0].auroc_test.p' n.json
    for name in a b; do
        mkdir $name
        cp "$DATA/classes/$name.tsv" $name/predictions.tsv
        evaluate -q --pooled --resamples 0 -o $name/metrics.json $name/predictions.tsv
    done
    report --compare --tests c.json -o r.html --markdown r.md a b
    grep -q '^| COVID | a.tsv .* b.tsv | .+0.139 (+0.049 to +0.214) | 0.008 |$' r.md
}

@test "several classes: the report has a table, curves, operating points and calibration of each" {
    jq -e '.warnings' "$run/metrics.json" >/dev/null
    grep -q '^## Each class against the rest$' "$run/report.md"
    for class in NORMAL bacteria virus 'Macro average' 'Weighted average'; do
        grep -qE "^\| $class \| [0-9]+ \| 0\.[0-9]{3} \(" "$run/report.md"
    done
    for figure in roc-classes pr-classes reliability-classes; do
        grep -q "id=\"$figure" "$run/report.html"
    done
    jq -e '[.. | objects | select(.x? == "1 - specificity") | .series[].name] == ["chance", "NORMAL", "bacteria", "virus"]' "$run/report.json"
    [ "$(sed -n '/^## Operating points of the classes/,/^## Calib/p' "$run/report.md" | grep -c '^| virus | s[a-z]*-9[05] |')" = 4 ]
    sed -n '/^## Each class/,/^## Oper/p' "$run/report.md" | grep -qE '^\| Expected calibration error of the predicted class \| 0\.[0-9]{3} \| 0\.[0-9]{3} \|$'
    grep -qE '^\| Mean AUROC \| 0\.[0-9]{3} \| 0\.[0-9]{3}–[01]\.[0-9]{3} \|$' "$run/report.md"
}

@test "several classes: names of classes are no commands of gnuplot" {
    sed "s/Normal/x' with lines; system 'touch gone'; '_{N}/g" "$DATA/classes/a.tsv" | with_checksum >p.tsv
    evaluate -q --pooled --resamples 20 -o m.json p.tsv
    report --metrics m.json --predictions p.tsv -o r.html
    [ ! -e gone ]
    grep -q 'x? with lines? system' r.html
}

@test "several classes: operating points of each are chosen on validation images and kept for other collections" {
    jq -e 'all(.one_vs_rest.classes[]; (.operating_points | length) == 4 and .calibration.before.brier > 0)' "$run/metrics.json"
    jq -e 'has("operating_points") | not' "$run/metrics.json"
    # The threshold of a class is the one that predict applies.
    threshold=$(jq '.one_vs_rest.classes[2].operating_points[] | select(.name == "sensitivity-90").threshold' "$run/metrics.json")
    predict -q -f "$run/features.safetensors.zst" -c "$run/calibration.safetensors.zst" --positive virus \
        --operating sensitivity-90 "$run/head.safetensors.zst" >list.tsv
    grep -qx '#positive	virus' list.tsv
    [ "$(sed -n 's/^#threshold	//p' list.tsv)" = "$(printf %.9g "$threshold")" ]
    awk -F '\t' -v t="$(printf %.9g "$threshold")" '/^[0-9]/ { if (($3 >= t) != ($4 == "virus") || (p && $3 > p)) exit 1; p = $3; n++ } END { exit n < 80 }' list.tsv
    fails 1 'expected operating points of patients \(mean\), .* found those of images' evaluate --external \
        "$run/calibration.safetensors.zst" --unit patient "$run/head.safetensors.zst" "$run/features.safetensors.zst"
    # A class that is asked for has its own.
    evaluate -q --external "$run/calibration.safetensors.zst" --positive virus --resamples 0 -o v.json \
        "$run/head.safetensors.zst" "$run/features.safetensors.zst"
    jq -e --argjson t "$threshold" '.positive == "virus" and .operating_points == .one_vs_rest.classes[2].operating_points and
        (.operating_points[] | select(.name == "sensitivity-90").threshold) == $t' v.json
    # An external test takes them as they are; a class without images is said to be one.
    make --no-print-directory -C "$ROOT" external RESULTS="$BATS_FILE_TMPDIR/results" DATA="$BATS_FILE_TMPDIR/set" RUN=other \
        HEAD="$run" LABEL_REGEX='(NORMAL|bacteria|virus)' ALLOW_LEAK=1 RESAMPLES=20 EXPLAIN=0 QUIET=-q JOBS=2 >log 2>&1 || { cat log; false; }
    other=$BATS_FILE_TMPDIR/results/other/metrics.json
    jq -e --slurpfile own "$run/metrics.json" '[.one_vs_rest.classes[].operating_points[].threshold] ==
        [$own[0].one_vs_rest.classes[].operating_points[].threshold]' "$other"
    page=${other%/*}/report.md
    grep -qE '^\| virus \| AUROC \| 0\.[0-9]{3} \(0\.[0-9]{3}–[01]\.[0-9]{3}\) \| [01]\.[0-9]{3} \(.* \| .*[+-][01]\.[0-9]{3} \(.* to .*\) \|$' "$page"
    grep -qE '^\| Macro average \| AUROC \| 0' "$page"
    ! grep -q 'not measured' "$page"
}

@test "several classes: triage ranks by the class that is asked for" {
    make_three triage HEAD="$run/head.safetensors.zst" IMAGES="$BATS_FILE_TMPDIR/set/PNEUMONIA" POSITIVE=bacteria \
        OPERATING=specificity-90 TRIAGE="$PWD/list" >log 2>&1 || { cat log; false; }
    grep -qx '#positive	bacteria' list/worklist.tsv
    grep -qx '#operating	specificity-90' list/worklist.tsv
    fails 2 "expected POSITIVE|--positive" make_three triage HEAD="$run/head.safetensors.zst" \
        IMAGES="$BATS_FILE_TMPDIR/set/PNEUMONIA" TRIAGE="$PWD/other"
}

@test "several classes: a class without images, and patients as units" {
    grep -v $'\tViral\t' "$DATA/classes/a.tsv" | with_checksum >p.tsv
    evaluate --pooled --resamples 50 -o m.json p.tsv 2>log
    grep -q 'class Viral has no image in the subset' log
    grep -q 'mean AUROC undefined$' log
    run ! grep -qwi nan log
    jq -e '.one_vs_rest | (.classes | map(.measured)) == [true, true, false] and (has("macro") | not) and has("together")' m.json
    # It has its specificity, and the accuracy is still the weighted sensitivity.
    jq -e '.one_vs_rest.classes[2] | .binary == null and .only.metric == "specificity"' m.json
    jq -e '(.one_vs_rest.classes[2].only.as_predicted.value - (1 - ([.confusion_matrix[][2]] | add) / .n) | fabs) < 1e-12' m.json
    jq -e '(.one_vs_rest.weighted | .metrics.sensitivity as $s | .intervals.sensitivity | .[0] < $s and $s < .[1]) and
        (.accuracy - .one_vs_rest.weighted.metrics.sensitivity | fabs) < 1e-12' m.json
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -qE '^\| Viral \| 0 \| – \| [01]\.[0-9]{3} \(0\.[0-9]{3}–[01]\.[0-9]{3}, Wilson\) \| – \|' r.md
    grep -qE '^\| Viral \| 0 \| – \| – \| 0\.[0-9]{3} \| 0\.[0-9]{3} \|' r.md
    grep -qE '^\| Accuracy \| [0-9.]*[^0-9]*% \| [0-9.]+–[0-9.]+' r.md
    grep -q '^| Macro average recall | undefined | a class has no sample |' r.md
    grep -q '^| Mean AUROC | undefined |' r.md
    run ! grep -qwi nan r.md
    # As the positive class, too.
    evaluate -q --pooled --resamples 50 --positive Viral -o m.json p.tsv 2>log
    grep -q 'no image is of the positive class, Viral: only the specificity can be measured' log
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    [ "$(grep -cE '^\| (Sensitivity|AUROC) for Viral \| undefined \|' r.md)" = 2 ]
    grep -qE '^\| Specificity for Viral \| [0-9.]+[^0-9]*% \| [0-9.]+–[0-9.]+' r.md
    grep -qE '^\| 38 \| .* \| stated \| For Viral: specificity [01]\.[0-9]{3} \(0\.[0-9]{3}–[01]\.[0-9]{3}, Wilson\)\. \|' r.md
    run ! grep -qwi nan r.md
    # All are of the positive class: no specificity.
    awk -F '\t' '!/^s[0-9]/ || $4 == "COVID"' "$DATA/classes/a.tsv" | with_checksum >p.tsv
    evaluate -q --pooled --resamples 50 --positive COVID -o m.json p.tsv 2>log
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -qE '^\| Sensitivity for COVID \| 84\.8[^0-9]*% \| [0-9.]+–[0-9.]+' r.md
    grep -qE '^\| Accuracy \| 84\.8[^0-9]*% \| [0-9.]+–[0-9.]+' r.md
    jq -e '.only as $o | $o.metric == "sensitivity" and $o.as_predicted.value == .accuracy and
        .one_vs_rest.classes[0].only == $o and (.one_vs_rest | has("weighted") | not)' m.json
    grep -qE '^\| Specificity for COVID \| undefined \|' r.md
    run ! grep -qwi nan r.md
    # Perfect predictions: no interval without width
    awk -F '\t' -v OFS='\t' '/^s[0-9]/ { $5 = $4; $6 = $4 == "COVID"; $7 = $4 == "Normal"; $8 = $4 == "Viral" } { print }' \
        "$DATA/classes/a.tsv" | with_checksum >p.tsv
    evaluate -q --pooled --resamples 50 -o m.json p.tsv
    jq -e '.one_vs_rest | .macro.methods.sensitivity == "MOVER" and .weighted.methods.sensitivity == "Wilson" and
        .macro.methods.auroc == "not estimable" and .macro.intervals.auroc == [null, null] and
        all(.classes[]; .intervals.methods.auroc == "Newcombe" and (has("delong") | not))' m.json
    # One of six patients has the class Viral: a third of the resamples lack it, and some another class.
    awk -F '\t' -v OFS='\t' '/^s[0-9]/ { if (n++ == 30) exit; k = n % 6
            $2 = "p" k; $4 = k == 0 ? "Viral" : k < 3 ? "COVID" : "Normal" } { print }' "$DATA/classes/a.tsv" |
        with_checksum >p.tsv
    evaluate -q --pooled --resamples 200 -o m.json p.tsv 2>log
    jq -e '.one_vs_rest | .macro.resamples_without_a_class as $n | $n > 50 and $n < 100 and
        .weighted.resamples_without_a_class == $n and
        ([.classes[].intervals.resamples_without_a_class] | max <= $n and add >= $n)' m.json
    # The page says so, and names the other methods.
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    most=$(jq '[.one_vs_rest.classes[].intervals.resamples_without_a_class] | max' m.json)
    grep -qE "^\*Each class against all others .* In brackets: 95.* $most of the resamples lacked .*Wilson.*MOVER" r.md
    # Subgroups are of one class.
    fails 1 '^evaluate: --by: expected a positive class, found none: --positive CLASS names it' \
        evaluate --pooled --by sex "$DATA/classes/a.tsv"
    # A patient is in one class here.
    evaluate -q --pooled --resamples 50 --unit patient -o m.json "$DATA/classes/a.tsv"
    jq -e '.n == 68 and .combine == "mean" and .one_vs_rest.classes[0].intervals.patients == 68' m.json
}

@test "several classes: damaged metrics are refused" {
    evaluate -q --pooled --resamples 20 -o m.json "$DATA/classes/a.tsv"
    change() { jq "del(.sha256) | $1" m.json >bad.json; }
    change '.one_vs_rest.classes |= .[:2]'
    fails 1 "^report: bad.json: 'one_vs_rest': expected 3 classes, found 2" report --metrics bad.json -o r.html
    change '.one_vs_rest.classes[1].roc_band.x |= .[:2]'
    fails 1 "^report: bad.json: 'roc_band': expected x, lo and hi of one length" report --metrics bad.json -o r.html
    change '.one_vs_rest.macro.metrics.auroc = "x"'
    fails 1 "^report: bad.json: " report --metrics bad.json -o r.html
    change '.one_vs_rest = []'
    fails 1 "^report: bad.json: 'one_vs_rest'" report --metrics bad.json -o r.html
    [ ! -e r.html ]
}
