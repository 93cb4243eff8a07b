#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# evaluate, on small files made by tests/parity/make_evaluate_data.py. The head predicts PNEUMONIA where
# feature 0 is above 0. In the test subset it is -1, -0.5 and 2 for the three NORMAL images and 1,
# 3, 0.5, -0.25 and 2 for the five of PNEUMONIA; so 6 of 8 predictions are correct, and the
# PNEUMONIA image scores higher in 11 of 15 pairs and the same in 1.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    data="$DATA/evaluate"
    head="$data/head.safetensors.zst"
    features="$data/features.safetensors.zst"
    cd "$BATS_TEST_TMPDIR"
}

# field KEY FILE: the value in the first line with the key
field() { sed -n "s/^ *\"$1\": \(.*[^,]\),*\$/\1/p" "$2" | head -n 1; }

# near A B: equal to 6 digits
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 1e-6 && d > -1e-6) }'; }

# refused TEXT ARGS...: evaluate exits with 1, prints one line with TEXT and writes nothing
refused() {
    local text=$1
    shift
    run evaluate -q -o out.json -p out.tsv "$@"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == "evaluate: "*"$text"* ]]
    [ -z "$(ls)" ]
}

@test "evaluate: metrics of the test subset, computed by hand" {
    evaluate -q -o m.json "$head" "$features"
    [ "$(field n m.json)" = 8 ]
    [ "$(field subset m.json)" = '"test"' ]
    near "$(field accuracy m.json)" 0.75
    near "$(field macro_recall m.json)" 0.733333333
    near "$(field auroc m.json)" 0.766666667
    near "$(field baseline_accuracy m.json)" 0.625
    near "$(field log_loss m.json)" 0.587882517
    [ "$(field below_majority_baseline m.json)" = false ]
    [ "$(field warnings m.json)" = '[]' ]
}

@test "evaluate: the confusion matrix has rows of true classes" {
    evaluate -q "$head" "$features" | tr -d ' \n' > m.txt
    grep -q '"confusion_matrix":\[\[2,1\],\[1,4\]\]' m.txt
    grep -q '"classes":\["NORMAL","PNEUMONIA"\]' m.txt
}

@test "evaluate: each subset and all of them can be measured" {
    for want in "train 4 1" "val 2 0.5" "test 8 0.75" "all 14 0.785714286"; do
        set -- $want
        evaluate -q --subset "$1" -o m.json "$head" "$features"
        [ "$(field n m.json)" = "$2" ]
        near "$(field accuracy m.json)" "$3"
    done
}

@test "evaluate: reads features from standard input, and the batch changes nothing" {
    evaluate -q -o a.json "$head" "$features"
    evaluate -q -b 1 -o b.json "$head" < "$features"
    evaluate -q -b 5 "$head" - < "$features" > c.json
    cmp a.json b.json
    cmp a.json c.json
}

@test "evaluate: half-precision features give the same predictions" {
    evaluate -q -p a.tsv -o a.json "$head" "$features"
    for type in f16 bf16; do
        evaluate -q -p b.tsv -o b.json "$head" "$data/features_$type.safetensors.zst"
        diff <(grep -v '^#' a.tsv) <(grep -v '^#' b.tsv)
    done
}

@test "evaluate: predictions have a row for each sample of the subset" {
    evaluate -q -p p.tsv -o m.json "$head" "$features"
    [ "$(grep -c '^#provenance' p.tsv)" = 1 ]
    [ "$(grep -v '^#' p.tsv | head -n 1)" = \
      "$(printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_NORMAL\tp_PNEUMONIA')" ]
    [ "$(grep -vc '^#' p.tsv)" = 9 ]
    row=$(grep '^PNEUMONIA/12.png' p.tsv)
    [ "$(cut -f 2-5 <<< "$row")" = "$(printf 'patient-12\ttest\tPNEUMONIA\tNORMAL')" ]
    near "$(cut -f 6 <<< "$row")" 0.562176501
    near "$(cut -f 7 <<< "$row")" 0.437823499
    evaluate -q --subset all -p all.tsv -o m.json "$head" "$features"
    [ "$(grep -vc '^#' all.tsv)" = 15 ]
}

@test "evaluate: a model that always predicts one class triggers the alarms" {
    run --separate-stderr evaluate -q "$data/head_collapsed.safetensors.zst" "$features"
    [ "$status" -eq 0 ]
    [[ $stderr == *"warning: class NORMAL is never predicted"* ]]
    [[ $stderr == *"warning: accuracy 62.50 % is not above 62.50 %"* ]]
    printf '%s\n' "$output" > m.json
    [ "$(field below_majority_baseline m.json)" = true ]
    tr -d ' \n' < m.json | grep -q '"classes_never_predicted":\["NORMAL"\]'
    [ "$(grep -c 'never predicted' m.json)" = 2 ] # among the warnings, and as a reason for the collapse
}

@test "evaluate: the provenance ends with evaluate and keeps its ancestors" {
    evaluate -q -o m.json "$head" "$features"
    [ "$(grep '"tool"' m.json | tr -dc 'a-z\n-' | sed 's/^tool//' | tr '\n' ' ')" = \
      "split preprocess extract-features train-head evaluate " ]
    [ "$(grep -c '"\(head\|features\)": "sha256:' m.json)" = 2 ]
}

@test "evaluate: a head of another feature space is refused with the name of the field" {
    refused "differ in normalize" "$data/head_other_space.safetensors.zst" "$features"
}

@test "evaluate: a head of other classes is refused" {
    refused "classes differ: number 1 is 'PNEUMONIA'" "$data/head_other_classes.safetensors.zst" \
        "$features"
    refused "classes differ" "$data/head_three_classes.safetensors.zst" "$features"
}

@test "evaluate: a head for other widths is refused" {
    refused "widths differ" "$data/head_wider.safetensors.zst" "$features"
}

@test "evaluate: features that are not finite name the sample" {
    refused "sample 'PNEUMONIA/09.png': feature 2 is not finite" "$head" \
        "$data/features_nan.safetensors.zst"
}

@test "evaluate: an empty subset is an error" {
    refused "no sample of the subset 'test'" "$head" "$data/features_no_test.safetensors.zst"
}

@test "evaluate: swapped, missing and truncated files are refused" {
    refused "" "$features" "$head"
    refused "none.zst" none.zst "$features"
    head -c 300 "$features" > "$BATS_FILE_TMPDIR/cut"
    refused "cut" "$head" "$BATS_FILE_TMPDIR/cut"
}

@test "evaluate: an output that cannot be written leaves no other one" {
    run evaluate -q -p p.tsv -o none/m.json "$head" "$features"
    [ "$status" -eq 1 ]
    [ -z "$(ls)" ]
}

@test "evaluate: wrong usage exits with 2" {
    run evaluate
    [ "$status" -eq 2 ]
    run evaluate --subset none "$head" "$features"
    [ "$status" -eq 2 ]
    run evaluate -p - "$head" "$features"
    [ "$status" -eq 2 ]
    run evaluate - -
    [ "$status" -eq 2 ]
    run evaluate -b 0 "$head" "$features"
    [ "$status" -eq 2 ]
}

# ---- two classes: intervals, operating points, calibration ----

# A small experiment with validation samples.
trained() {
    cd "$BATS_FILE_TMPDIR"
    [ -e trained-head ] && return
    phantom -q -n 80 --min-size 100 --max-size 120 more
    split -q more >m2.tsv
    preprocess -q --size 96 m2.tsv | extract-features -q -m mobilenetv2 -w seeded:1 -o trained-features
    train-head -q -e 15 -j 1 -o trained-head trained-features
}

@test "evaluate: metrics with intervals, the same for any number of threads" {
    trained
    evaluate -q -j 1 --prevalence 0.1 -o "$BATS_TEST_TMPDIR/a" trained-head trained-features
    evaluate -q -j 4 --prevalence 0.1 -o "$BATS_TEST_TMPDIR/b" trained-head trained-features
    cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
    evaluate -q -s 2 --prevalence 0.1 -o "$BATS_TEST_TMPDIR/c" trained-head trained-features
    ! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
    for member in binary intervals reliability roc_band pr_band operating_points prevalence triage; do
        grep -q "^  \"$member\": [{[]" "$BATS_TEST_TMPDIR/a"
    done
    evaluate -q --resamples 0 -o "$BATS_TEST_TMPDIR/none" trained-head trained-features
    ! grep -q '"intervals": {$\|"roc_band"\|"prevalence"' <(grep '^  "' "$BATS_TEST_TMPDIR/none")
}

@test "evaluate: thresholds are fixed on the validation images, whatever subset is measured" {
    trained
    thresholds() { sed -n '/"operating_points"/,/^  \]/p' | grep '"threshold"'; }
    on_test=$(evaluate -q trained-head trained-features | thresholds)
    on_train=$(evaluate -q --subset train trained-head trained-features | thresholds)
    [ "$(wc -l <<<"$on_test")" -eq 4 ]
    [ "$on_test" = "$on_train" ]
}

# The same phantoms, half of them for validation, of which some are classified wrong.
halved() {
    trained
    [ -e halved-head ] && return
    split -q --val 0.5 more >m4.tsv
    preprocess -q --size 96 m4.tsv | extract-features -q -m mobilenetv2 -w seeded:1 -o halved-features
    train-head -q -e 15 -j 1 -o halved-head halved-features
}

@test "evaluate: --calibrate changes probabilities but no predicted class, and reports its effect" {
    halved
    cd "$BATS_TEST_TMPDIR"
    evaluate -q -p plain.tsv -o plain.json "$BATS_FILE_TMPDIR"/halved-{head,features}
    evaluate --calibrate -c cal -p warm.tsv -o warm.json "$BATS_FILE_TMPDIR"/halved-{head,features}
    diff <(grep -v '^#' plain.tsv | cut -f 1-5) <(grep -v '^#' warm.tsv | cut -f 1-5)
    run diff -q <(grep -v '^#' plain.tsv | cut -f 6) <(grep -v '^#' warm.tsv | cut -f 6)
    [ "$status" -eq 1 ]
    # The odds are the previous ones to the power of 1 / T.
    temperature=$(sed -n 's/^    "temperature": \(.*\),$/\1/p' warm.json)
    paste <(grep -v '^#' plain.tsv | cut -f 7) <(grep -v '^#' warm.tsv | cut -f 7) |
        awk -v t="$temperature" 'NR > 1 && $1 > 0.001 && $1 < 0.999 { n++
            d = log($1 / (1 - $1)) / t - log($2 / (1 - $2)); if (d > 1e-4 || d < -1e-4) exit 1 }
            END { exit !n }'
    # "before" has the metrics without calibration, "after" those with it.
    loss() { sed -n 's/^  "log_loss": \(.*\),$/\1/p' "$1"; }
    grep -A 8 '"calibration"' warm.json | grep -q "\"log_loss\": $(loss plain.json)"
    run quickcheck cal
    [[ $output == *": calibration"* && $output == *"\"temperature\":$temperature"* ]]
}

@test "evaluate: --calibrate fits no temperature where all validation images are classified correctly" {
    trained
    cd "$BATS_TEST_TMPDIR"
    local head=$BATS_FILE_TMPDIR/trained-head features=$BATS_FILE_TMPDIR/trained-features
    evaluate -q --resamples 0 -p plain.tsv -o plain.json "$head" "$features"
    jq -e '.subsets.val.accuracy == 1' plain.json
    evaluate -q --calibrate -c cal --resamples 0 -p p.tsv -o m.json "$head" "$features" 2>err
    note="the temperature is not estimable, and the probabilities are not calibrated: all 12 validation images are classified correctly, so"
    grep -q "^evaluate: warning: $note" err
    jq -e --arg note "$note" '.calibration | .temperature == 1 and .before == .after and (.note | startswith($note))' m.json
    jq -e --arg note "$note" '.warnings | any(startswith($note))' m.json
    diff <(grep -v '^#' plain.tsv) <(grep -v '^#' p.tsv)
    # The page, another collection and predict pass it on.
    report -q --metrics m.json --markdown r.md -o r.html
    tr '\n>' '  ' <r.md | tr -s ' ' >words
    [ "$(grep -o 'The temperature is not estimable, and' words | wc -l)" -eq 2 ]
    run grep 'Before and after temperature' words
    [ "$status" -eq 1 ]
    evaluate -q --external cal --resamples 0 -o x.json "$head" "$features" 2>err
    grep -q "^evaluate: warning: $note" err
    predict -q -f "$features" -c cal --page page.html -o list.tsv "$head" 2>err
    grep -q "^predict: warning: cal: $note" err
    grep -q 'The temperature is not estimable' page.html
    run grep ', calibrated on validation images' page.html
    [ "$status" -eq 1 ]
}

@test "evaluate: a temperature of few images, one at the end of its range and a harmful one are warned of" {
    halved
    swapped
    cd "$BATS_TEST_TMPDIR"
    local head=$BATS_FILE_TMPDIR/halved-head features=$BATS_FILE_TMPDIR/halved-features
    evaluate -q --calibrate -c cal --resamples 0 -o m.json "$head" "$features" 2>err
    grep -qE '^evaluate: warning: the temperature, [0-9.]+, was fitted on only 45 validation images: ' err
    # The head is rightly sure of its training images.
    evaluate -q --external cal --subset train --resamples 0 -o x.json "$head" "$features" 2>err
    grep -q 'warning: the temperature, .* on only 45' err
    grep -qE 'warning: calibration makes the probabilities worse: the log loss is 0\.[0-9]+ with temperature [0-9.]+, and 0\.[0-9]+ without' err
    jq -e '.calibration | .after.log_loss > .before.log_loss' x.json
    evaluate -q --calibrate --resamples 0 -o s.json "$BATS_FILE_TMPDIR"/{trained-head,swapped-features} 2>err
    grep -q 'warning: the temperature, 20, is at an end of the range from 0.05 to 20, ' err
    # Losses without the temperature are kept.
    evaluate -q --resamples 0 -o plain.json "$head" "$features"
    diff <(jq '.subsets[].log_loss' plain.json) <(jq '.subsets[].log_loss_before' m.json)
    jq -e '.subsets | all(has("log_loss_before") | not)' plain.json
}

# Features whose class names are swapped: the more probable a class, the rarer it is.
swapped() {
    trained
    [ -e swapped-features ] && return
    mkdir -p swapped
    ln -s ../more/NORMAL swapped/PNEUMONIA
    ln -s ../more/PNEUMONIA swapped/NORMAL
    split -q swapped >m3.tsv
    preprocess -q --size 96 m3.tsv | extract-features -q -m mobilenetv2 -w seeded:1 -o swapped-features
}

@test "evaluate: an operating point that no threshold reaches has none" {
    swapped
    cd "$BATS_TEST_TMPDIR"
    local head=$BATS_FILE_TMPDIR/trained-head features=$BATS_FILE_TMPDIR/swapped-features
    evaluate -q -c cal -o m.json --resamples 20 "$head" "$features" 2>err
    jq -e '[.operating_points[] | select(.threshold == null)] | length > 0 and
        all(.target == "specificity" and .val == {sensitivity: 0, specificity: 1})' m.json
    name=$(jq -r '[.operating_points[] | select(.threshold == null).name][0]' m.json)
    fails 1 "^predict: --operating: cal has no threshold for '$name' of PNEUMONIA: none reached a specificity of 0.9.* or --threshold P" \
        predict -q -f "$features" -c cal --operating "$name" "$head"
    report -q --metrics m.json --markdown r.md -o r.html
    grep -qE "^\| $name +\| none \| – \| – \| – \| – \| – \| – \|" r.md
    # The images of another collection are measured with the same points.
    evaluate -q --external cal -o x.json --resamples 20 "$head" "$features" 2>err
    [ "$(jq -c '[.operating_points[].threshold]' x.json)" = "$(jq -c '[.operating_points[].threshold]' m.json)" ]
}

@test "evaluate: a seed of any size is recorded with all its digits" {
    for seed in 7 9007199254740992; do
        evaluate -q -s $seed --resamples 5 "$head" "$features" | grep -q "^    \"seed\": $seed,\$"
    done
    for seed in 9007199254740993 9223372036854775808 18446744073709551615; do
        evaluate -q -s $seed --resamples 5 -o "$BATS_TEST_TMPDIR/m.json" "$head" "$features"
        grep -q "^    \"seed\": \"$seed\",\$" "$BATS_TEST_TMPDIR/m.json"
        report -q --metrics "$BATS_TEST_TMPDIR/m.json" >/dev/null
    done
}

@test "evaluate: the last line reports a collapsed model" {
    cd "$DATA/evaluate"
    run --separate-stderr evaluate -q -o "$BATS_TEST_TMPDIR/m" head_collapsed.safetensors.zst features.safetensors.zst
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *"this model has collapsed: it is no better than always predicting one class" ]]
    grep -A 1 '"collapse"' "$BATS_TEST_TMPDIR/m" | grep -q '"collapsed": true'
    run --separate-stderr evaluate -q -o "$BATS_TEST_TMPDIR/m" head.safetensors.zst features.safetensors.zst
    grep -A 1 '"collapse"' "$BATS_TEST_TMPDIR/m" | grep -q '"collapsed": false'
}

@test "evaluate: several classes collapse only where one answer is given, or the baseline does as well" {
    # of LABEL PREDICTED N ...: N images each, predictions of A, B and C
    of() {
        { grep '^#[hpf]' "$DATA/classes/a.tsv"
          printf '%s\t' sample patient subset label predicted p_A p_B && echo p_C
          printf '%s\t%s\t%d\n' "$@" | awk -F '\t' -v OFS='\t' '{ for (i = 0; i < $3; i++)
              print "s" ++n, "p" n, "test", $1, $2, $2 == "A" ? 0.8 : 0.1, $2 == "B" ? 0.8 : 0.1, $2 == "C" ? 0.8 : 0.1 }'
        } | with_checksum >p.tsv
        evaluate -q --pooled --resamples 0 -o m.json p.tsv 2>log
    }
    # A class without images
    of A A 5 B B 5
    jq -e '.collapse == {collapsed: false, reasons: []} and .classes_never_predicted == ["C"]' m.json
    run ! grep -e collapsed -e 'never predicted' log
    # A rare one
    of A A 5 B B 5 C A 1
    jq -e '.collapse == {collapsed: false, reasons: []} and .classes_never_predicted == ["C"]' m.json
    grep -q 'class C is never predicted, although the subset has 1 image of it$' log
    # One class, and all taken for it, or for another
    of A A 5
    jq -e '.collapse.collapsed | not' m.json
    of A B 5
    jq -e '.collapse.collapsed and (.collapse.reasons | length) == 1' m.json
    of A A 5 B A 4 C A 3
    jq -e '.collapse.collapsed and (.collapse.reasons | length) == 3' m.json
    # Several answers, and no better than one
    of A A 3 A B 3 B B 1 B A 3
    jq -e '.collapse.collapsed and .below_majority_baseline and (.collapse.reasons | length) == 1' m.json
}

@test "evaluate: --pooled has no calibration" {
    fails 2 '--pooled: .* cannot be calibrated together' evaluate --pooled --calibrate x
    fails 2 '--pooled: .* cannot be calibrated together' evaluate --pooled -c y x
}
