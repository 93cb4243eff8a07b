#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make external: a finished head on another collection, with split --all-test, audit --other, evaluate --external and
# report --internal.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    export OMP_NUM_THREADS=1
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 60 --seed 1 --min-size 60 --max-size 80 own
    phantom -q -n 30 --seed 2 --min-size 60 --max-size 80 "set B"
    make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$PWD/own" RUN=own MODEL=mobilenetv2 \
        WEIGHTS=seeded:1 SIZE=48 FIT=pad EPOCHS=4 NEURONS=0 CALIBRATE=1 RESAMPLES=200 EXPLAIN=0 QUIET=-q JOBS=2 >log 2>&1
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    there=$BATS_FILE_TMPDIR
    own=$there/results/own
}

external() {
    make --no-print-directory -C "$ROOT" external RESULTS="$PWD/results" HEAD="$own" RESAMPLES=200 EXPLAIN=0 QUIET=-q \
        JOBS=2 "$@"
}

# with_classes NORMAL PNEUMONIA: the second collection with other names of classes, in renamed/
with_classes() {
    mkdir renamed
    cp -r "$there/set B/NORMAL" "renamed/$1"
    cp -r "$there/set B/PNEUMONIA" "renamed/$2"
}

@test "external: the head's features, temperature and operating points are taken, and all images are tested" {
    external DATA="$there/set B" >log 2>&1
    run=results/own-on-set_B
    [ "$(tail -n 1 log)" = "report: $PWD/$run/report.html" ]
    n=$(find "$there/set B" -name '*.png' -o -name '*.jpeg' | wc -l)
    jq -e --argjson n "$n" '.n == $n and .subsets.train == null and .subsets.val == null and .positive == "PNEUMONIA"' \
        $run/metrics.json
    # Thresholds and temperature are those of the head, to the last digit, and apply here.
    [ "$(jq -c '[.operating_points[] | [.name, .threshold, .val]]' $run/metrics.json)" = \
        "$(jq -c '[.operating_points[] | [.name, .threshold, .val]]' "$own/metrics.json")" ]
    [ "$(jq .calibration.temperature $run/metrics.json)" = "$(jq .calibration.temperature "$own/metrics.json")" ]
    [ "$(jq .external.temperature $run/metrics.json)" = "$(jq .calibration.temperature "$own/metrics.json")" ]
    jq -e '.feature_space | .height == 48 and .fit == "pad"' $run/metrics.json
    # The same probabilities, flags and thresholds as those of predict, which reads the images itself.
    predict -q -w seeded:1 -c "$own/calibration.safetensors.zst" -o list.tsv "$own/head.safetensors.zst" "$there/set B" 2>/dev/null
    diff <(grep -v '^#' list.tsv | tail -n +2 | awk -F '\t' -v root="$there/set B/" \
        '{ printf "%s %.5f\n", substr($2, length(root) + 1), $3 }' | sort) \
        <(grep -v '^#' $run/predictions.tsv | tail -n +2 | awk -F '\t' '{ printf "%s %.5f\n", $1, $7 }' | sort)
    [ "$(grep -c $'\tood\t' list.tsv)" = "$(jq .external.out_of_distribution.n $run/metrics.json)" ]
    awk -F '\t' -v t="$(jq '.operating_points[0].threshold' $run/metrics.json)" '!/^#/ && $4 == "PNEUMONIA" { n++; k += $7 >= t }
        END { printf "%.6f\n", k / n }' $run/predictions.tsv >sensitivity
    [ "$(<sensitivity)" = "$(jq -r '.operating_points[0].measured.sensitivity' $run/metrics.json | xargs printf '%.6f')" ]
    # Both tests side by side, the differences by MOVER.
    grep -q '^## External test for PNEUMONIA$' $run/report.md
    # The model card is about both collections, and the training was that of the head.
    for row in '32 | Evaluation on internal data | stated | On [0-9]* images of the test subset of the head.*s own collection' \
        '33 | Testing on external data | stated | On '"$n"' images of another collection: section External test' \
        '19 | Assignment to partitions | stated | All images are test images' \
        '26 | Selection of the final model | stated | The last of a fixed number of epochs\.'; do
        grep -q "^| $row" $run/report.md || { echo "no row $row"; false; }
    done
    run ! grep -q -e 'no validation images' -e 'same collection' -e '[^a-z]nan[^a-z]' $run/report.md
    row=$(grep '^| Sensitivity | .* | .* | ' $run/report.md | tail -n 1)
    jq -rn --slurpfile a "$own/metrics.json" --slurpfile b $run/metrics.json '
        def d: $b[0].binary.sensitivity - $a[0].binary.sensitivity;
        ($a[0].intervals.metrics.sensitivity) as $x | ($b[0].intervals.metrics.sensitivity) as $y |
        [d, d - ((($b[0].binary.sensitivity - $y[0]) | . * .) + (($x[1] - $a[0].binary.sensitivity) | . * .) | sqrt),
            d + ((($y[1] - $b[0].binary.sensitivity) | . * .) + (($a[0].binary.sensitivity - $x[0]) | . * .) | sqrt)] | @tsv' |
        awk '{ printf "\\%+.3f (%+.3f to %+.3f)\n", $1, $2, $3 }' >difference
    grep -qF "$(<difference)" $run/report.md
    # Nothing is made again, and what the run was made with is on record.
    before=$(stat -c %Y.%s $run/*.*)
    external DATA="$there/set B" >again 2>&1
    [ "$(stat -c %Y.%s $run/*.*)" = "$before" ]
    grep -q $'^input\thead\tsha256:' $run/experiment.tsv
    run ! grep -q $'^knob\t\(TEST\|LR\)\t' $run/experiment.tsv
    fails 2 'is an external test of another run.s head: make external makes it again' \
        make --no-print-directory -C "$ROOT" reproduce RUN="$PWD/$run"
}

@test "external: a head, its name, another RUN, and a changed head" {
    cp -r "$there/results" .
    # The run of a head is not overwritten, however it is named.
    cp -r results/own results/second
    before=$(cat results/own/*.* results/second/*.* | sha256sum)
    for run in own ./own second; do
        fails 2 "^make: RUN=${run#./}: expected a run of its own for the external test, found " \
            external HEAD=own DATA="$there/set B" RUN="$run"
    done
    ln -s . results/link
    fails 2 '^make: RUN=link/own: expected a run of its own' external HEAD=own DATA="$there/set B" RUN=link/own
    rm results/link
    [ "$(cat results/own/*.* results/second/*.* | sha256sum)" = "$before" ]
    rm -r results/second
    external HEAD="$PWD/results/own/head.safetensors.zst" DATA="$there/set B" RUN=chosen >/dev/null 2>&1
    external HEAD=own DATA="$there/set B" >/dev/null 2>&1
    cmp results/chosen/predictions.tsv results/own-on-set_B/predictions.tsv
    # Its metrics belong to the head.
    jq -c '.provenance |= map(if .tool == "evaluate" then .inputs.head = ("sha256:" + "0" * 64) else . end) | del(.sha256)' \
        results/own/metrics.json >other.json
    fails 1 'expected one head' report --metrics results/chosen/metrics.json --internal other.json -o r.html
    fails 1 'expected metrics of an external test' \
        report --metrics "$own/metrics.json" --internal "$own/metrics.json" -o r.html
    [ ! -e r.html ]
}

@test "external: patients are measured, if the head's run measures patients" {
    cp -r "$there/results" .
    make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$there/own" RUN=own MODEL=mobilenetv2 \
        WEIGHTS=seeded:1 SIZE=48 FIT=pad EPOCHS=4 NEURONS=0 CALIBRATE=1 RESAMPLES=200 EXPLAIN=0 QUIET=-q JOBS=2 \
        UNIT=patient >log 2>&1
    external HEAD=own DATA="$there/set B" >log 2>&1
    jq -e '.unit == "patient" and .n < .images' results/own-on-set_B/metrics.json
    grep -qE 'Internal: [0-9]+ patients; external: [0-9]+ patients;' results/own-on-set_B/report.md
    # Metrics of images are not put beside those of patients.
    fails 1 'units differ: .* has metrics of patients .max., .* of images' \
        report --metrics results/own-on-set_B/metrics.json --internal "$own/metrics.json" -o r.html
    # Without the knob, the predictions of single images do not stay beside those of the next head.
    [ -e results/own/image-predictions.tsv ]
    make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$there/own" RUN=own MODEL=mobilenetv2 \
        WEIGHTS=seeded:1 SIZE=48 FIT=pad EPOCHS=4 NEURONS=0 CALIBRATE=1 RESAMPLES=200 EXPLAIN=0 QUIET=-q JOBS=2 >log 2>&1
    [ ! -e results/own/image-predictions.tsv ]
}

@test "external: a collection of one class gives the rate of that class" {
    mkdir one
    cp -r "$there/set B/NORMAL" one
    external DATA="$PWD/one" >log 2>&1
    m=results/own-on-one/metrics.json
    jq -e '.binary == null and .collapse.collapsed == false and .only.metric == "specificity"' $m
    jq -e '.only.as_predicted.value == .accuracy and .only.as_predicted.value == .per_class.NORMAL.recall' $m
    jq -e '[.only | .as_predicted, .operating_points[] | .interval | .[0] < .[1]] | length == 5 and all' $m
    grep -q '^| AUROC | .* | not measured |' results/own-on-one/report.md
    grep -qE '^\| Specificity \| .* \| [01][.0-9]+ \([.0-9]+–[.0-9]+, Wilson\) \| [^|]* to ' results/own-on-one/report.md
    grep -qE '^\| (Brier score|ECE) \| .* \| 0\.[0-9]+ \| [^|]+ \|$' results/own-on-one/report.md
    grep -q '^| Majority-class baseline | undefined | 100.00 |' results/own-on-one/report.md
    # The choice of threshold names its methods, too.
    grep -qE '^\| sensitivity-90 \| .* \([.0-9]+–1\.000, Wilson\)' "$own/report.md"
    grep -qE '^\| Specificity for PNEUMONIA \| [0-9.]+[^0-9]*% \| [0-9.]+–[0-9.]+' results/own-on-one/report.md
    grep -q '^| Macro average recall | undefined ' results/own-on-one/report.md
    # What needs the class without images is undefined everywhere.
    jq -e '.macro_recall == null and .subsets.test.macro_recall == null and .per_class.PNEUMONIA.recall == null and
        .macro_avg.precision == null and .weighted_avg.recall == .accuracy' $m
    grep -q '^accuracy 0\.[0-9]*, macro recall undefined$' log
    grep -q '^| PNEUMONIA | [01]\.[0-9]* | undefined | undefined | 0 |' results/own-on-one/report.md
    grep -q '^| Macro average | undefined | undefined | undefined | ' results/own-on-one/report.md
    # Files of 0.1.0 have 0 in these places; elsewhere nothing may be missing.
    jq 'del(.sha256) | .macro_recall = 0.5 | .macro_avg |= map_values(. // 0.5) | .per_class.PNEUMONIA.recall = 0 |
        .per_class.PNEUMONIA.f1 = 0' $m >old.json
    report --metrics old.json -o old.html --markdown old.md
    grep -q '^| Macro average | undefined | undefined | undefined | ' old.md
    jq 'del(.sha256) | .per_class.NORMAL.recall = null' $m >bad.json
    fails 1 "^report: bad.json: 'recall'" report --metrics bad.json -o bad.html
    # Elsewhere one class stays an error.
    fails 1 'expected at least two classes, found one' split one
    fails 2 '^split: --classes: expected at least two classes' split --classes NORMAL one
    split -q --all-test --classes NORMAL one | grep -q $'\tNORMAL\t.*\ttest$'
}

@test "external: other names of classes are mapped, or refused with both" {
    with_classes healthy sick
    fails 2 "^make: classes differ: 'healthy', 'sick' in .*/manifest.tsv, 'NORMAL', 'PNEUMONIA' of the head of $own: CLASSES=" \
        external DATA="$PWD/renamed"
    external DATA="$PWD/renamed" CLASSES='NORMAL=healthy;PNEUMONIA=sick' RUN=mapped >/dev/null 2>&1
    jq -e '.classes == ["NORMAL", "PNEUMONIA"]' results/mapped/metrics.json
    split -q --all-test renamed | preprocess -q --size 48 --fit pad |
        extract-features -q -m mobilenetv2 -w seeded:1 -o f
    fails 1 "^evaluate: classes differ: f has 'healthy', 'sick', .*head.safetensors.zst was trained on 'NORMAL', 'PNEUMONIA'" \
        evaluate --external "$own/calibration.safetensors.zst" "$own/head.safetensors.zst" f
}

@test "external: copies of the head's own images stop the run, unless that is allowed" {
    cp -r "$there/set B" copies
    picture=$(grep $'\ttrain' "$own/manifest.tsv" | head -n 1 | cut -f 1)
    cp "$there/own/$picture" "copies/${picture%%/*}/person999_virus_1.${picture##*.}"
    fails 2 '^make: 1 image is a copy of training or validation images of the other set, see ' external DATA="$PWD/copies"
    [ "$(grep $'\tother-set\t' results/own-on-copies/audit.tsv | cut -f 1,3,6,7)" = \
        "$(printf 'error\ttrain\t%s\t%s' "${picture%%/*}/person999_virus_1.${picture##*.}" "$picture")" ]
    [ ! -e results/own-on-copies/features.safetensors.zst ]
    external DATA="$PWD/copies" ALLOW_LEAK=1 >/dev/null 2>&1
    grep -q 'Leakage was allowed (ALLOW..\?LEAK=1): 1 image is a copy' results/own-on-copies/report.md
    # A copy of a test image is a warning; without the images nothing can be said.
    picture=$(grep $'\ttest$' "$own/manifest.tsv" | head -n 1 | cut -f 1)
    mkdir -p other/A other/B
    cp "$there/own/$picture" other/A/1.png
    cp "$there/set B/NORMAL/$(ls "$there/set B/NORMAL" | head -n 1)" other/B/2.png
    split -q --all-test other 2>/dev/null | audit -q --other "$own/manifest.tsv" -o a.tsv
    grep -q $'^warning\tother-set\ttest\t' a.tsv
    run ! grep -q '^#leak' a.tsv
    sed "s|^#root.*|#root\t$PWD/gone|" "$own/manifest.tsv" | with_checksum >gone.tsv
    fails 1 '^audit: gone.tsv: none of its images can be read: expected them in .*/gone.; with --allow-leak' \
        audit -q --other gone.tsv -o b.tsv "$own/manifest.tsv"
}

@test "external: a head whose own images are not there" {
    cp -r "$there/results" "$there/own" .
    make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$PWD/own" RUN=moved MODEL=mobilenetv2 \
        WEIGHTS=seeded:1 SIZE=48 FIT=pad EPOCHS=4 NEURONS=0 CALIBRATE=1 RESAMPLES=200 EXPLAIN=0 QUIET=-q JOBS=2 >log 2>&1
    mv own elsewhere
    fails 2 '^audit: .*/moved/manifest.tsv: none of its images can be read: .* ALLOW_LEAK=1' \
        external HEAD=moved DATA="$there/set B" RUN=blind
    external HEAD=moved DATA="$there/set B" RUN=blind ALLOW_LEAK=1 >log 2>&1
    sed -n '1,/^## /p' results/blind/report.md >top
    grep -qE '([0-9]+) of \1 images of the other manifest cannot be read, so that copies of them could not be looked for' top
    # One image is not enough, and the page says so in the same place.
    mkdir -p own/NORMAL
    cp elsewhere/NORMAL/"$(ls elsewhere/NORMAL | head -n 1)" own/NORMAL
    external HEAD=moved DATA="$there/set B" RUN=blind >log 2>&1
    sed -n '1,/^## /p' results/blind/report.md | grep -qE '[0-9]+ of [0-9]+ images of the other manifest cannot be read'
}

@test "external: what contradicts the head is refused before any work" {
    while IFS='|' read -r message knob; do
        fails 2 "^make: $message" external DATA="$there/set B" "$knob"
    done <<END
SIZE: expected '48', as the head's run $own has it, or none, found '64'|SIZE=64
FIT: expected 'pad', as the head's run|FIT=stretch
WEIGHTS: expected 'seeded:1', as|WEIGHTS=seeded:2
UNIT: expected 'image', as the head's run $own has it, or none, found 'patient'|UNIT=patient
POSITIVE: expected 'PNEUMONIA', the positive class of $own, found 'NORMAL'|POSITIVE=NORMAL
TEST: an external test is of all images|TEST=0.5
CALIBRATE: an external test is of all images|CALIBRATE=1
HEAD=none: there is no such file or run|HEAD=none
HEAD=$there: expected the folder of a complete run; $there has no experiment.tsv|HEAD=$there
END
    [ ! -e results/own-on-set_B ]
    # A value that agrees is none of them.
    external DATA="$there/set B" SIZE=48 POSITIVE=PNEUMONIA >/dev/null 2>&1
    cp "$own/calibration.safetensors.zst" c
    fails 2 '^evaluate: --external: the calibration is given' evaluate --external c --calibrate head features
    fails 2 '^evaluate: --manifest and --external' evaluate --external c --manifest m head features
    fails 2 '^split: --exact is for subsets that are drawn, and --all-test draws none' split -x --all-test .
    fails 2 '^split: --without-test and --all-test' split --without-test --all-test .
    fails 2 '^split: --all-test and --subsets both' split --all-test --subsets folders .
    fails 2 '^split: --test and --all-test both' split --all-test --test 0.5 .
}

@test "external: of three classes the positive one, or one of none that is, has no image" {
    for set in own "set B"; do
        mkdir -p "three $set"/{normal,bacteria,virus}
        cp "$there/$set"/NORMAL/* "three $set/normal"
        cp "$there/$set"/PNEUMONIA/*bacteria* "three $set/bacteria"
        cp "$there/$set"/PNEUMONIA/*virus* "three $set/virus"
    done
    rm -r "three set B/virus"
    for positive in virus ''; do
        make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$PWD/three own" RUN=three MODEL=mobilenetv2 \
            WEIGHTS=seeded:1 SIZE=48 EPOCHS=4 NEURONS=0 RESAMPLES=50 EXPLAIN=0 QUIET=-q JOBS=2 POSITIVE=$positive >log 2>&1
        external HEAD=three DATA="$PWD/three set B" RUN=two >log 2>&1
        jq -e --arg positive "$positive" '(.positive // "") == $positive and .macro_recall == null and
            .per_class.virus.support == 0 and .per_class.bacteria.recall >= 0' results/two/metrics.json
    done
    fails 2 "^make: POSITIVE: expected none, as .*/three has no positive class, found 'virus'" \
        external HEAD=three DATA="$PWD/three set B" RUN=two POSITIVE=virus
    # The accuracy of one class is no accuracy of three.
    rm -r "three set B/bacteria"
    external HEAD=three DATA="$PWD/three set B" RUN=one >log 2>&1
    grep -qE '^\| Accuracy \| [0-9][^|]* \| [0-9][^|]* \|  \|$' results/one/report.md
    sed -n '1,/^## /p' results/one/report.md | grep -q 'images of another collection'
}

@test "external: scikit-learn and statsmodels find the numbers of both tests and of the page" {
    python3 -c 'import safetensors, scipy, sklearn, statsmodels, zstandard' 2>/dev/null ||
        skip "NOT RUN: needs Python with scikit-learn, scipy, statsmodels, safetensors and zstandard, which are not installed"
    checked() { python3 "$ROOT/tests/parity/check_external.py" "$1" "$2" | tee /dev/stderr | grep -qE '^[0-9]{3,} compared, 0 differ$'; }
    external DATA="$there/set B" >log 2>&1
    checked "$own" results/own-on-set_B
    mkdir one
    cp -r "$there/set B/PNEUMONIA" one
    external DATA="$PWD/one" >log 2>&1
    checked "$own" results/own-on-one
    for combine in max mean; do
        make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$there/own" RUN=own MODEL=mobilenetv2 WEIGHTS=seeded:1 \
            SIZE=48 FIT=pad EPOCHS=4 NEURONS=8 CALIBRATE=1 RESAMPLES=200 EXPLAIN=0 QUIET=-q JOBS=2 UNIT=patient COMBINE=$combine >log 2>&1
        make --no-print-directory -C "$ROOT" external RESULTS="$PWD/results" HEAD=own DATA="$there/set B" RUN=b RESAMPLES=200 \
            EXPLAIN=0 QUIET=-q JOBS=2 >log 2>&1
        checked results/own results/b
    done
}
