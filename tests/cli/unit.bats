#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Metrics and worklists by patient and by study: --unit and --combine of evaluate and predict, and what compare, report
# and explain make of them. The numbers of the first tests are computed by hand in the comments.

load helpers
bats_require_minimum_version 1.5.0

space='{"backbone":"b","feature_layer":"c","filter":"area","fit":"pad","height":2,"normalize":"tf","pool":"avg","weights":"seeded:1","width":2}'

setup() {
    cd "$BATS_TEST_TMPDIR"
}

head_of_predictions() {
    printf '#hilum-predictions 1\n#provenance\t[{"tool":"t"}]\n#feature_space\t%s\n' "$space"
}

# predictions FILE: from lines "PATIENT LABEL P STUDY VIEW" on standard input, with P for PNEUMONIA and - for a blank.
predictions() {
    {
        head_of_predictions
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_NORMAL\tp_PNEUMONIA\tstudy\tview\n'
        awk '{ printf "i%d\t%s\ttest\t%s\t%s\t%g\t%g\t%s\t%s\n", NR, $1, $2, ($3 > 0.5 ? "PNEUMONIA" : "NORMAL"), 1 - $3, $3,
            $4 == "-" ? "" : $4, $5 == "-" ? "" : $5 }'
    } | with_checksum >"$1"
}

# Six patients with twelve images; the fifth has images of both labels.
six() {
    predictions "$1" <<'END'
A PNEUMONIA 0.2 1 AP
A PNEUMONIA 0.9 2 AP
B PNEUMONIA 0.4 1 PA
B PNEUMONIA 0.3 1 AP
C NORMAL 0.6 1 PA
C NORMAL 0.1 1 PA
C NORMAL 0.1 2 PA
D NORMAL 0.2 1 -
E NORMAL 0.1 1 PA
E PNEUMONIA 0.8 2 -
F NORMAL 0.3 1 PA
F NORMAL 0.45 1 AP
END
}

body() { grep -v '^#' "$1"; }

@test "unit: the most probable image of a patient" {
    six p.tsv
    evaluate --pooled --unit patient -o m.json -p u.tsv p.tsv 2>err
    grep -q '^evaluate: patients whose images have different labels: 1 of 6, counted as PNEUMONIA$' err
    grep -q '^evaluate: test: 6 patients, accuracy 0.6667' err
    jq -e '.unit == "patient" and .combine == "max" and .n == 6 and .images == 12 and .mixed_labels == 1' m.json
    jq -e '.subsets.test | .n == 6 and .images == 12' m.json
    # Largest: A 0.9, B 0.4, E 0.8 with PNEUMONIA; C 0.6, D 0.2, F 0.45 without.
    jq -e '.confusion_matrix == [[2, 1], [1, 2]]' m.json
    # Of 9 pairs A wins 3, E 3 and B 1.
    jq -e '.auroc - 7 / 9 | fabs < 1e-9' m.json
    # (0.1^2 + 0.6^2 + 0.2^2 + 0.6^2 + 0.2^2 + 0.45^2) / 6
    jq -e '.binary.brier - 0.16875 | fabs < 1e-9' m.json
    jq -e '.binary.sensitivity - 2 / 3 | fabs < 1e-9' m.json
    jq -e '.intervals.patients == 6 and ([.reliability[].n] | add) == 6' m.json
    jq -e '.triage[50].found - 2 / 3 | fabs < 1e-9' m.json # A, E, C before B, or in their half
    jq -e '.provenance[-1].options | contains("--unit patient")' m.json
    [ "$(grep '^#[uc]' u.tsv)" = "$(printf '#unit\tpatient\n#combine\tmax')" ]
    [ "$(body u.tsv | cut -f 1,2,4,5,7- | tr '\t' ' ')" = "sample patient label predicted p_PNEUMONIA study view
A A PNEUMONIA PNEUMONIA 0.9 1|2 AP
B B PNEUMONIA NORMAL 0.4 1 AP|PA
C C NORMAL PNEUMONIA 0.6 1|2 PA
D D NORMAL NORMAL 0.2 1 
E E PNEUMONIA PNEUMONIA 0.8 1|2 PA
F F NORMAL NORMAL 0.45 1 AP|PA" ]
}

@test "unit: the mean of a patient's images" {
    six p.tsv
    evaluate -q --pooled --unit patient --combine mean -o m.json p.tsv
    jq -e '.combine == "mean" and .n == 6' m.json
    # Means: A 0.55, B 0.35, E 0.45 with PNEUMONIA; C 0.8 / 3, D 0.2, F 0.375 without.
    jq -e '.confusion_matrix == [[3, 0], [2, 1]]' m.json
    # A wins 3, E 3 and B 2.
    jq -e '.auroc - 8 / 9 | fabs < 1e-9' m.json
}

@test "unit: means of equal probabilities are equal, whatever the number of images" {
    # All images have the same probabilities: no patient is ranked above another.
    {
        head_of_predictions
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\tp_C\n'
        for n in {1..7}; do
            for i in $(seq "$n"); do printf 'a%s\ta%s\ttest\tA\tA\t0.333333333\t0.333333333\t0.333333333\n' $n$i $n; done
            for i in $(seq $((8 - n))); do printf 'b%s\tb%s\ttest\tB\tA\t0.333333333\t0.333333333\t0.333333333\n' $n$i $n; done
            printf 'c%s\tc%s\ttest\tC\tA\t0.333333333\t0.333333333\t0.333333333\n' $n $n
        done
    } | with_checksum >p.tsv
    evaluate -q --pooled --unit patient --resamples 0 -o m.json p.tsv
    jq -e '.n == 21 and all(.one_vs_rest.classes[]; .binary.auroc == 0.5)' m.json
}

@test "unit: studies are a carried column, of one patient each" {
    six p.tsv
    evaluate -q --pooled --unit study -o m.json -p u.tsv p.tsv
    jq -e '.unit == "study" and .n == 9 and .images == 12 and .mixed_labels == 0 and .intervals.patients == 6' m.json
    # A/2 0.9 and E/2 0.8 are found; A/1 0.2 and B/1 0.4 are not; of 5 others C/1 0.6 is called PNEUMONIA.
    jq -e '.confusion_matrix == [[4, 1], [2, 2]]' m.json
    [ "$(body u.tsv | cut -f 1,7 | tr '\t' ' ' | sed -n 2,4p)" = "A/1 0.2
A/2 0.9
B/1 0.4" ]
    report --metrics m.json --predictions u.tsv -o /dev/null --markdown r.md
    grep -q 'measured on the 9 studies of the test subset' r.md
    sed 's/\tstudy\t/\tvisit\t/' p.tsv | with_checksum >other.tsv
    fails 1 "^evaluate: other.tsv: --unit study: expected a carried column 'study', found none: split --columns" \
        evaluate --pooled --unit study other.tsv
    sed 's/^\(i4\t.*\)\t1\t/\1\t\t/' p.tsv | with_checksum >other.tsv
    fails 1 "^evaluate: other.tsv: --unit study: expected a study for each image, found none for i4" \
        evaluate --pooled --unit study other.tsv
}

@test "unit: with one image of each patient, the numbers are those of the images" {
    for i in {1..40}; do
        echo "p$i $([ $((i % 3)) -eq 0 ] && echo NORMAL || echo PNEUMONIA) 0.$((i * 37 % 97 + 1)) $i AP"
    done | predictions p.tsv
    evaluate -q --pooled --by view -o image.json p.tsv
    numbers='del(.unit, .combine, .images, .mixed_labels, .provenance, .sha256, .subsets.test.images)'
    for how in max mean; do
        evaluate -q --pooled --by view --unit patient --combine $how -o unit.json p.tsv
        diff <(jq "$numbers" image.json) <(jq "$numbers" unit.json)
    done
}

@test "unit: subgroups are of patients" {
    six p.tsv
    evaluate -q --pooled --unit patient --by view -o m.json -p u.tsv p.tsv
    jq -e '[.subgroups.columns[0].groups[] | [.group, .n, .patients]] == [["AP", 1, 1], ["AP|PA", 2, 2], ["PA", 2, 2], ["(blank)", 1, 1]]' m.json
    report --metrics m.json --predictions u.tsv -o /dev/null --markdown r.md
    grep -q '^| Group | Patients | Positive patients |' r.md
}

@test "unit: several classes have the mean, and one label" {
    three() {
        {
            head_of_predictions
            printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_a\tp_b\tp_c\n'
            printf 'i1\tX\ttest\tb\ta\t0.5\t0.3\t0.2\ni2\tX\ttest\t%s\tb\t0.1\t0.6\t0.3\n' "$1"
            printf 'i3\tY\ttest\tc\tc\t0.1\t0.1\t0.8\ni4\tZ\ttest\ta\ta\t0.7\t0.1\t0.2\n'
        } | with_checksum
    }
    three b >p.tsv
    evaluate -q --pooled --unit patient --resamples 0 -o m.json -p u.tsv p.tsv
    jq -e '.combine == "mean" and .n == 3 and .accuracy == 1' m.json
    [ "$(body u.tsv | sed -n 2p | tr '\t' ' ')" = "X X test b b 0.3 0.45 0.25" ]
    fails 1 '^evaluate: --combine max: expected two classes, one of them positive, found 3: more are combined by the mean' \
        evaluate --pooled --unit patient --combine max p.tsv
    three c >p.tsv
    fails 1 '^evaluate: p.tsv: --unit patient: X has images labelled b and c, such as i2: expected one label, since there are 3' \
        evaluate --pooled --unit patient -o none.json p.tsv
    [ ! -e none.json ]
}

@test "unit: predictions of different units are not mixed up" {
    six p.tsv
    evaluate -q --pooled --unit patient -o m.json -p u.tsv p.tsv
    evaluate -q --pooled --unit patient --combine mean -o mean.json -p mean.tsv p.tsv
    evaluate -q --pooled -o i.json p.tsv
    # Those that are combined already keep their unit.
    evaluate -q --pooled -o again.json u.tsv
    jq -e '.unit == "patient" and .combine == "max" and .n == 6 and (has("images") | not)' again.json
    diff <(jq .binary m.json) <(jq .binary again.json)
    fails 1 '^evaluate: u.tsv: --unit study: expected predictions of images, found those of patients .max.' evaluate --pooled --unit study u.tsv
    fails 1 '^evaluate: predictions differ: u.tsv has those of patients .max., mean.tsv of patients .mean.' evaluate --pooled u.tsv mean.tsv
    fails 1 '^compare: units differ: p.tsv has predictions of images, u.tsv of patients' compare p.tsv u.tsv
    compare -q -o c.tsv --json c.json u.tsv mean.tsv
    [ "$(sed -n '3,4p' c.tsv)" = "$(printf '#n\t6\n#patients\t6')" ]
    grep -q "^#unit	patient" c.tsv
    jq -e '.unit == "patient" and .n == 6' c.json
    fails 1 '^report: p.tsv: expected predictions of patients .max., as in m.json, found those of images' report --metrics m.json --predictions p.tsv
    report --metrics m.json --predictions u.tsv -o /dev/null --markdown r.md
    grep -q 'measured on the 6 patients of the test subset' r.md
    grep -q 'The probability of a patient is the largest of those of its images, 12 in all; of the patients 1 has images of both labels' r.md
    sed 's/^#combine\tmax/#combine\tsum/' u.tsv | with_checksum >bad.tsv
    fails 1 "^compare: bad.tsv: combine: expected max or mean for patients, found 'sum'" compare bad.tsv u.tsv
    sed 's/^#unit\tpatient/#unit\tward/' u.tsv | with_checksum >bad.tsv
    fails 1 "^compare: bad.tsv: unit: expected image, patient or study, found 'ward'" compare bad.tsv u.tsv
    jq '.unit = "ward" | del(.sha256)' m.json >bad.json
    fails 1 "^report: bad.json: unit: expected image, patient or study, found 'ward'" report --metrics bad.json
    sed '2,$s/\ttest\t/\ttrain\t/' p.tsv | sed '/^i[13]\t/s/\ttrain\t/\ttest\t/' | with_checksum >divided.tsv
    fails 1 '^evaluate: divided.tsv: --unit patient and --subset all: . has images in more than one subset' \
        evaluate --pooled --subset all --unit patient divided.tsv
    fails 2 '^evaluate: --combine: expected --unit patient or study with it' evaluate --pooled --combine max p.tsv
    fails 2 '^evaluate: --image-predictions: expected --unit patient or study with it' evaluate --image-predictions x head features
}

@test "unit: a head, its calibration and the worklist" {
    phantom -q -n 40 --min-size 100 --max-size 120 data
    split -q --exact data >m.tsv
    preprocess -q --size 32 --augment 1 -o images m.tsv
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 5 -n 0 -o head features
    evaluate -q --subset val --unit patient --calibrate -c cal -p u.tsv --image-predictions i.tsv -o m.json head features 2>/dev/null
    evaluate -q --subset val --calibrate -c image-cal -p want.tsv -o image.json head features 2>/dev/null
    # The temperature is that of the images; operating points are of patients.
    jq -s -e '.[0].calibration.temperature == .[1].calibration.temperature and .[0].n < .[0].images and .[0].images == .[1].n' m.json image.json
    diff <(body want.tsv) <(body i.tsv)
    evaluate -q --pooled --subset val --unit patient -p again.tsv -o again.json i.tsv 2>/dev/null
    diff <(body u.tsv) <(body again.tsv)
    jq -s -e '.[0].confusion_matrix == .[1].confusion_matrix and (.[0].log_loss - .[1].log_loss | fabs) < 1e-6' m.json again.json
    predict -q --unit patient -c cal -o list.tsv --page list.html -f features head
    [ "$(body list.tsv | head -n 1 | tr '\t' ' ')" = "rank patient images image p class distance flag reason" ]
    [ "$(grep '^#[uc]' list.tsv)" = "$(printf '#unit\tpatient\n#combine\tmax')" ]
    [ "$(body list.tsv | awk -F '\t' 'NR > 1 { n += $3 } END { print n }')" -eq "$(body m.tsv | tail -n +2 | wc -l)" ]
    # Patients of the validation subset have the probabilities that evaluate gives them.
    # near A B: lines "NAME P" with the same names, and the same p to the last digits
    near() { command -p join -a 1 -a 2 -e none -o 1.2,2.2 <(sort "$1") <(sort "$2") | awk '{ d = $1 - $2; if ($1 == "none" || $2 == "none" || d * d > 1e-12) exit 1 } END { if (!NR) exit 1 }'; }
    body u.tsv | awk -F '\t' 'NR > 1 { print $1, $7 }' >want
    body list.tsv | awk -F '\t' 'NR > 1 { print $2, $5 }' | grep -F "$(cut -d ' ' -f 1 want)" >found
    near want found
    predict -q -c image-cal -o images.tsv -f features head
    # The image shown is the one that is most probably positive.
    body list.tsv | awk -F '\t' 'NR > 1 { print $4, $5 }' >want
    body images.tsv | awk -F '\t' 'NR > 1 { print $2, $3 }' | grep -F "$(cut -d ' ' -f 1 want)" >found
    near want found
    grep -q 'The probability of a patient is the largest of those of its images' list.html
    predict -q --unit patient --operating sensitivity-90 -c cal -o point.tsv -f features head
    fails 1 '^predict: --operating: the operating points of cal are for patients .max., but this worklist is of images .--unit' \
        predict --operating sensitivity-90 -c cal -f features head
    fails 1 '^predict: --operating: .* are for images, but this worklist is of patients .max.' \
        predict --unit patient --operating sensitivity-90 -c image-cal -f features head
    fails 1 "^predict: features: --unit study: expected a carried column 'study', found none" predict --unit study -f features head
    fails 2 '^predict: --combine: expected --unit patient or study with it' predict --combine mean -f features head
    fails 1 '^explain: u.tsv: expected predictions of images, found those of patients' explain -i images -p u.tsv -w seeded:1 -o maps head
}

# files_and_head: phantoms of 48 pixels with two images of a patient on average, and a head that ranks by patient.
files_and_head() {
    phantom -q -n 16 --images-per-patient 2 --min-size 100 --max-size 120 data
    split -q --exact data >m.tsv
    preprocess -q --size 48 -o images m.tsv
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 4 -n 8 -o head features
    evaluate -q --subset val --unit patient -c cal -o m.json head features 2>/dev/null
}

# list ARG...: the rows of the worklist of image files in data/, named as in the manifest
list() { predict -q -w seeded:1 "$@" head data | grep -v '^#' | sed 's|data/||'; }

@test "unit: image files have the patients that split finds, and the same worklist as their features" {
    files_and_head
    for how in max mean; do
        list --unit patient --combine $how -c cal >found
        predict -q --unit patient --combine $how -c cal -f features head | grep -v '^#' >want
        diff want found
    done
    [ "$(tail -n +2 found | cut -f 2 | sort)" = "$(body m.tsv | tail -n +2 | cut -f 3 | sort -u)" ]
    [ "$(awk -F '\t' 'NR > 1 { n += $3 } END { print n }' found)" -eq "$(find data -name '*.png' | wc -l)" ]
    awk -F '\t' '$3 > 1 { several = 1 } END { exit !several }' found
    predict -w seeded:1 --unit patient --operating sensitivity-90 -c cal --page list.html head data 2>err >list.tsv
    [ "$(sed -n 's/^#unit\t//p' list.tsv)" = patient ]
    grep -qx 'predict: 16 patients, .* predicted as PNEUMONIA' err
    run ! grep 'do not identify the patient' err
    grep -q 'The probability of a patient is the largest of those of its images' list.html
    [ "$(grep -o '<img ' list.html | wc -l)" -eq 16 ]
    find data -name '*.png' | predict -q -b 5 -w seeded:1 --unit patient -c cal head - | body /dev/stdin | cut -f 2,3 | sort >found
    list --unit patient -c cal | cut -f 2,3 | sort | diff - found
}

@test "unit: an image file whose name does not identify the patient, and --patient-regex" {
    files_and_head
    list --unit patient >want
    file=$(awk -F '\t' 'NR == 2 { print $4 }' want)
    p=$(list | grep -F "$file" | cut -f 3)
    mv "data/$file" data/PNEUMONIA/other.png
    predict -w seeded:1 --unit patient head data 2>err >list.tsv
    grep -q "^predict: warning: 1 of [0-9]* file names do not identify the patient: each such image counts as a patient of its own; see --patient-regex (make: PATIENT_REGEX)$" err
    [ "$(grep -P '\tdata/PNEUMONIA/other\t' list.tsv | cut -f 3-5)" = "1	data/PNEUMONIA/other.png	$p" ]

    # All images of a folder; the expression is for the path below the named folder, as that of split is.
    list --unit patient --combine mean --patient-regex '^[^/]+' >found
    [ "$(cut -f 2,3 found | tail -n +2 | sort)" = "$(for c in NORMAL PNEUMONIA; do printf '%s\t%d\n' $c "$(find data/$c -name '*.png' | wc -l)"; done)" ]
    split -q --test 0 --val 0 --patient-regex '(IM-[0-9]+|person[0-9]+|other)' data >m.tsv
    [ "$(list --unit patient --patient-regex '(IM-[0-9]+|person[0-9]+|other)' | tail -n +2 | cut -f 2 | sort)" = \
        "$(body m.tsv | tail -n +2 | cut -f 3 | sort -u)" ]

    why="the patient is unknown: expected a path that matches '/(IM-|NORM|pers)'"
    fails 1 "^predict: data/PNEUMONIA/other.png: $(literal "$why (--on-error skip, ON_ERROR=skip, lists such images at the end)")$" \
        predict -w seeded:1 --unit patient --patient-regex '/(IM-|NORM|pers)' head data
    list --on-error skip --unit patient --patient-regex '/(IM-|NORM|pers)' >found
    [ "$(tail -n 1 found)" = "-	-	-	PNEUMONIA/other.png	-	-	-	unreadable	$why" ]
    fails 1 "^predict: data/[^ ]*: the patient is unknown: expected a path that matches 'nothing'$" \
        predict -w seeded:1 --on-error skip --unit patient --patient-regex nothing head data
    fails 2 "^predict: --patient-regex: '[(]' is not a regular expression" \
        predict -w seeded:1 --unit patient --patient-regex '(' head data
    fails 2 '^predict: --patient-regex: expected --unit patient or study with it' \
        predict -w seeded:1 --patient-regex x head data
    fails 2 '^predict: --features and --patient-regex: the manifest has the patients' \
        predict -f features --unit patient --patient-regex x head
    fails 1 '^predict: data/[^ ]*: the study is unknown: expected a DICOM file with a StudyInstanceUID, or --features' \
        predict -w seeded:1 --unit study head data
}

@test "unit: an unread image file is listed after the patients, and no part of one" {
    files_and_head
    list --unit patient --combine mean >want
    echo text >data/PNEUMONIA/person1_bacteria_999.png
    predict -w seeded:1 --unit patient --combine mean --on-error skip --page list.html head data 2>err >list.tsv
    body list.tsv | sed '$d; s|data/||' | diff want -
    [[ $(tail -n 1 list.tsv) == "-	person1_bacteria	-	data/PNEUMONIA/person1_bacteria_999.png	-	-	-	unreadable	expected a JPEG"* ]]
    grep -q "images that cannot be read: 1 of $(find data -name '*.png' | wc -l); the first: data/PNEUMONIA/person1_bacteria_999.png" err
    grep -q 'Unreadable images' list.html
    mkdir bad
    cp data/PNEUMONIA/person1_bacteria_999.png bad
    fails 1 'none of the images can be read; the first of 1: bad/person1' \
        predict -w seeded:1 --unit patient --on-error skip -o bad.tsv head bad
    [ "$(body bad.tsv | wc -l)" -eq 2 ]
}

@test "unit: make triage ranks what the run of the head measures" {
    phantom -q -n 40 --images-per-patient 2 --min-size 100 --max-size 120 data
    run_of() {
        make --no-print-directory -sC "$ROOT" "$@" MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=48 EPOCHS=3 NEURONS=8 \
            RESAMPLES=20 EXPLAIN=0 CALIBRATE=1 VAL=0.4 DATA="$PWD/data" RESULTS="$PWD/results" RUN=run
    }
    run_of all UNIT=patient COMBINE=mean >out 2>&1 || { cat out; return 1; }
    triage() {
        make --no-print-directory -sC "$ROOT" triage HEAD="$PWD/results/run/head.safetensors.zst" \
            IMAGES="$PWD/data/PNEUMONIA" RESULTS="$PWD/results" TRIAGE="$PWD" "$@"
    }
    rules() { sed -n 's/^#\(unit\|combine\|operating\)\t//p' worklist.tsv | xargs; }
    triage OPERATING=specificity-90 >out 2>&1 || { cat out; return 1; }
    [ "$(rules)" = "patient mean specificity-90" ]
    [ "$(body worklist.tsv | tail -n +2 | wc -l)" -eq "$(ls data/PNEUMONIA | sed 's/_[0-9]*[.]png//' | sort -u | wc -l)" ]
    triage COMBINE=max PATIENT_REGEX='person([0-9]+)' >out 2>&1 || { cat out; return 1; }
    [ "$(rules)" = "patient max" ]
    [[ $(body worklist.tsv | sed -n 2p) == 1$'\t'[0-9]* ]]
    triage UNIT=image PATIENT_REGEX=x >out 2>&1 || { cat out; return 1; }
    [ "$(rules)" = "" ]
    fails 2 'the study is unknown: expected a DICOM file' triage UNIT=study
}

@test "unit: make refuses what would fail only after the training" {
    fails 2 'COMBINE: expected UNIT=patient or UNIT=study with it' make -sC "$ROOT" -n all COMBINE=max
    fails 2 'UNIT: expected a column of studies in COLUMNS, as study=NAME' make -sC "$ROOT" -n all UNIT=study
}
