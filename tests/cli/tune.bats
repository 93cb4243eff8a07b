#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make tune on phantoms, its table, the knobs that it writes, and runs with SHIFT.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    export OMP_NUM_THREADS=1
    phantom -q -n 60 --min-size 60 --max-size 80 "$BATS_FILE_TMPDIR/set"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    set=$BATS_FILE_TMPDIR/set
    results=$BATS_FILE_TMPDIR/results
    out=$results/run/tune
    second='(^|/)(NORMAL2-IM-|person[0-9]+_virus_)'
}

small() {
    make --no-print-directory -C "$ROOT" "$@" MODEL=mobilenetv2 EPOCHS=2 SIZE=32 EXPLAIN=0 RESAMPLES=50 WEIGHTS=seeded:1 \
        JOBS=1 2>&1
}

tune() {
    small tune -j 2 RESULTS="$results" RUN=run DATA="$set" K=2 STANDARDIZE=yes NEURONS='4 0' L2='0 1e-2' POOL='avg max' \
        DROPOUT=0 AUGMENT=0 "$@"
}

rows() { grep -v -e '^#' -e '^path' -e '^sample' "$@"; }
of_subset() { rows "$1" | awk -F '\t' -v s="$2" '$4 == s { print $1 }' | sort; }
combination() { echo "STANDARDIZE@yes~NEURONS@$1~L2@$2~POOL@$3~DROPOUT@0~AUGMENT@0~UNFREEZE@0~LR@1e-3"; }
# What was made, with its dates, but for the logs and the digests that make remembers.
made() { find "$out" -type f -not -name log -not -name .owner -not -name 'tune.tsv' -not -name knobs -printf '%p %T@\n' | sort; }
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 2e-6 && d > -2e-6) }'; }

@test "tune: the search tries the combinations in turn, and never uses the test images" {
    run tune
    echo "$output"
    [ "$status" -eq 0 ]
    grep -q '^tune: POOL: 1 combination, ' <<<"$output"
    grep -qx "next: make all KNOBS=$out/knobs" <<<"$output"
    grep -q '^Log loss and AUROC (for PNEUMONIA) on the' <<<"$output"
    grep -q '^Shifted: trained without the images whose path matches .*, and tested on them (standard error over patients)[.]$' <<<"$output"
    [ "$(cut -f 15 "$out/tune.tsv" | sort -u | paste -sd ,)" = PNEUMONIA,positive ]
    # Four heads of the grid, and the best of them with maximum pooling.
    [ "$(wc -l <"$out/tune.tsv")" -eq 6 ]
    for c in "$(combination 4 0 avg)" "$(combination 4 1e-2 avg)" "$(combination 0 0 avg)" "$(combination 0 1e-2 avg)"; do
        [ "$(ls "$out/$c"/*/metrics.json | wc -l)" -eq 3 ]
    done
    grep -q '^tune: STANDARDIZE NEURONS L2: 4 combinations, 2 folds and the shifted one$' <<<"$output"
    # The folds divide what the run trains and validates on; the shifted fold tests the second series of it.
    split -q -o m.tsv "$set"
    space=$out/features/POOL@avg~AUGMENT@0
    diff <(of_subset "$space/fold-1-of-2/fold.tsv" test | sort - <(of_subset "$space/fold-2-of-2/fold.tsv" test)) \
        <(of_subset m.tsv train | sort - <(of_subset m.tsv val))
    diff <(of_subset "$space/shift/fold.tsv" test) <(rows "$space/manifest.tsv" | cut -f 1 | grep -E "$second" | sort)
    [ "$(of_subset "$space/shift/fold.tsv" val | wc -l)" -gt 0 ]
    [ -z "$(find "$out" -name 'calibration*')" ]
}

@test "tune: mean and standard error are those of the folds' own files" {
    c=$(combination 0 1e-2 avg)
    row=$(awk -F '\t' -v c="$(tr '@~' '= ' <<<"$c")" '$2 == c' "$out/tune.tsv")
    read -r a b < <(jq -r .log_loss "$out/$c"/fold-*/metrics.json | paste -sd ' ')
    near "$(cut -f 3 <<<"$row")" "$(jq -n "($a + $b) / 2")"
    near "$(cut -f 4 <<<"$row")" "$(jq -n "($a - $b) / 2 | fabs")" # of two, the standard error is half the difference
    read -r d e < <(jq -r .log_loss "$out/$(combination 4 0 avg)"/fold-*/metrics.json | paste -sd ' ')
    near "$(cut -f 5 <<<"$row")" "$(jq -n "($a - $d + $b - $e) / 2")"
    near "$(cut -f 6 <<<"$row")" "$(jq -n "(($a - $d) - ($b - $e)) / 2 | fabs")"
    near "$(cut -f 9 <<<"$row")" "$(jq .log_loss "$out/$c/shift/metrics.json")"
    near "$(cut -f 13 <<<"$row")" "$(jq .auroc "$out/$c/shift/metrics.json")"
}

@test "tune: done again, nothing is trained; another value trains what is missing; another run is the same" {
    before=$(made)
    cp "$out/tune.tsv" "$out/knobs" .
    run tune
    [ "$status" -eq 0 ]
    [ "$(made)" = "$before" ]
    cmp tune.tsv "$out/tune.tsv"
    run tune L2='0 1e-2 1'
    [ "$status" -eq 0 ]
    [ "$(comm -23 <(echo "$before") <(made) | wc -l)" -eq 0 ]
    [ -e "$out/$(combination 0 1 avg)/shift/metrics.json" ]
    run tune RUN=again
    cmp tune.tsv "$results/again/tune/tune.tsv"
    cmp knobs "$results/again/tune/knobs"
}

@test "tune: make all takes the knobs of the winner" {
    tune >/dev/null
    chosen=$(awk -F '\t' '$1 ~ /chosen/ { print $2 }' "$out/tune.tsv")
    for knob in $chosen MODEL=mobilenetv2 "DATA=$set" WEIGHTS=seeded:1 EPOCHS=2 SIZE=32; do
        grep -qxF "${knob%%=*} = ${knob#*=}" "$out/knobs"
    done
    make --no-print-directory -C "$ROOT" all KNOBS="$out/knobs" RESULTS="$PWD/results" RUN=tuned EXPLAIN=0
    for knob in $chosen EPOCHS=2; do
        grep -qxF "knob"$'\t'"${knob%%=*}"$'\t'"${knob#*=}" results/tuned/experiment.tsv
    done
}

@test "tune: augmented copies and unfrozen layers, if they are asked for" {
    run small tune RESULTS="$PWD/results" RUN=run DATA="$set" K=2 STANDARDIZE=no NEURONS=0 L2=0 POOL=avg AUGMENT='0 1' UNFREEZE='0 3'
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(cut -f 2 results/run/tune/tune.tsv | grep -c 'AUGMENT=1')" -ge 1 ]
    grep -q 'UNFREEZE=3 LR=1e-4' results/run/tune/tune.tsv # not at the rate of a new head
    grep -q 'UNFREEZE=0 LR=1e-3' results/run/tune/tune.tsv
    # Every image has its copies, since it is in training in some fold.
    copies=results/run/tune/features/POOL@avg~AUGMENT@1/features.safetensors.zst
    [ "$(zstd -dc "$copies" | head -c 100000 | grep -ac $'\ttrain\t1$')" = "$(rows results/run/tune/features/manifest/manifest.tsv | wc -l)" ]
}

@test "tune: a set without series is tuned without a shifted fold, and SHIFT names other images" {
    mkdir plain
    cp -r "$set"/{NORMAL,PNEUMONIA} plain
    for f in plain/*/*.png; do
        mv "$f" "${f%/*}/$(basename "$f" | sed -E 's/^NORMAL2-IM/a-IM/; s/_virus_/_/; s/^IM/b-IM/; s/_bacteria_/-/')"
    done
    run small tune RESULTS="$PWD/results" RUN=run DATA="$PWD/plain" K=2 STANDARDIZE=no NEURONS=0 L2='0 1e-2' POOL=avg \
        PATIENT_REGEX='([a-z]+-IM-[0-9]+|person[0-9]+[_-])'
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'tune: no shifted fold: the names of the images tell no two series of each class'* ]]
    [ "$(tail -n +2 results/run/tune/tune.tsv | cut -f 9-14 | sort -u)" = $'-\t-\t-\t-\t-\t-' ]
    run small tune RESULTS="$PWD/results" RUN=run DATA="$PWD/plain" K=2 STANDARDIZE=no NEURONS=0 L2='0 1e-2' POOL=avg \
        PATIENT_REGEX='([a-z]+-IM-[0-9]+|person[0-9]+[_-])' SHIFT='/a-IM|person[0-9]+_'
    [ "$status" -eq 0 ]
    [ -z "$(tail -n +2 results/run/tune/tune.tsv | grep -v '^start' | cut -f 9-15 | grep -P '(^|\t)-(\t|$)')" ]
    run small tune RESULTS="$PWD/results" RUN=run DATA="$PWD/plain" K=2 STANDARDIZE=no NEURONS=0 L2=0 POOL=avg \
        PATIENT_REGEX='([a-z]+-IM-[0-9]+|person[0-9]+[_-])' SHIFT=nothing
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *'the test set has no image, out of '*': use another --shift'* ]]
}

# result COMBINATION LOSS LOSS...: the metrics of a combination in its folds
result() {
    local name=$1 i=0 loss
    shift
    for loss; do
        i=$((i + 1))
        mkdir -p "t/$name/fold-$i-of-$#"
        jq -n --argjson l "$loss" '{subsets: {test: {log_loss: $l, auroc: 0.9}}}' >"t/$name/fold-$i-of-$#/metrics.json"
    done
}

@test "tune: the simplest combination within a standard error of the best one is chosen" {
    name() { echo "STANDARDIZE@$1~NEURONS@$2~L2@$3~POOL@$4~DROPOUT@$5~AUGMENT@$6~UNFREEZE@$7~LR@1e-3"; }
    best=$(name no 64 0 max 0 0 0)
    result "$best" 0.10 0.12 0.14                         # 0.12, standard error 0.02 / sqrt(3) = 0.0115
    result "$(name no 0 0 avg 0 0 0)" 0.12 0.13 0.15      # 0.1333: too far
    result "$(name yes 0 1e-3 avg 0 0 0)" 0.12 0.13 0.143 # 0.1310: within
    result "$(name yes 0 1e-2 avg 0 0 0)" 0.12 0.13 0.142 # 0.1307: the larger penalty is simpler
    result "$(name no 32,16 0 avg 0 0 0)" 0.12 0.12 0.13  # 0.1233: more units
    result "$(name no 0 1 avg 0 0 3)" 0.12 0.12 0.13      # 0.1233: unfrozen layers
    result "$(name no 0 1 avg 0 2 0)" 0.12 0.12 0.13      # 0.1233: augmented copies
    "$ROOT/scripts/tabulate-tune" t "$best" $(cd t && ls) >table
    cat table
    chosen=$(name yes 0 1e-2 avg 0 0 0)
    [ "$(awk -F '\t' '$1 == "chosen" { print $2 }' table)" = "$(tr '@~' '= ' <<<"$chosen")" ]
    [ "$(awk -F '\t' '$1 == "start,best" { print $2 }' table)" = "$(tr '@~' '= ' <<<"$best")" ]
    # The order of simplicity, and a standard error by hand.
    [ "$(cut -f 2 table | tail -n +2 | sed -E 's/STANDARDIZE=(.*) NEURONS=(.*) L2=(.*) POOL.* AUGMENT=(.) UNFREEZE=(.).*/\1 \2 \3 \4 \5/' |
        paste -sd ';')" = 'yes 0 1e-2 0 0;yes 0 1e-3 0 0;no 0 0 0 0;no 32,16 0 0 0;no 64 0 0 0;no 0 1 2 0;no 0 1 0 3' ]
    near "$(awk -F '\t' '$1 ~ /best/ { print $4 }' table)" 0.011547
    # No error of zero: not that of one AUROC in all folds, nor that of the start's difference from itself.
    [ "$(cut -f 8 table | tail -n +2 | sort -u)" = - ]
    [ "$(awk -F '\t' '$1 ~ /start/ { print $5, $6 }' table)" = '0.000000 -' ]
}

@test "tune: average pooling is simpler than maximum pooling, and that than both" {
    name() { echo "STANDARDIZE@no~NEURONS@0~L2@0~POOL@$1~DROPOUT@0~AUGMENT@0~UNFREEZE@0~LR@1e-3"; }
    for pool in flatten both max avg; do
        result "$(name $pool)" 0.10 0.12 0.14
    done
    "$ROOT/scripts/tabulate-tune" t "$(name both)" $(cd t && ls) >table
    [ "$(cut -f 2 table | sed -n 's/.* POOL=\([a-z]*\) .*/\1/p' | paste -sd ' ')" = 'avg max both flatten' ]
}

@test "tune: the images of a patient count together in the error on the shifted fold" {
    c=STANDARDIZE@no~NEURONS@0~L2@0~POOL@avg~DROPOUT@0~AUGMENT@0~UNFREEZE@0~LR@1e-3
    result $c 0.1 0.2
    mkdir t/$c/shift
    echo '{"auroc": 0.75, "intervals": {"metrics": {"auroc": [0.55, 0.942]}}}' >t/$c/shift/metrics.json
    printf '%s\n' '#hilum-predictions 1' 'sample	patient	subset	label	predicted	p_A	p_B' 's1	p1	test	A	A	0.8	0.2' \
        's2	p1	test	A	A	0.8	0.2' 's3	p2	test	B	B	0.5	0.5' 's4	p3	train	B	B	0.5	0.5' >t/$c/shift/predictions.tsv
    "$ROOT/scripts/tabulate-tune" t $c $c >table
    # (2 * 0.223144 + 0.693147) / 3 = 0.379811; the patients are -0.313336 and 0.313336 from it.
    near "$(tail -n 1 table | cut -f 9)" 0.379811
    near "$(tail -n 1 table | cut -f 10)" 0.208890 # sqrt(2 * 0.313336^2 * 2 / (2 - 1)) / 3
    near "$(tail -n 1 table | cut -f 14)" 0.1 # (0.942 - 0.55) / 3.92
}

@test "tune: an error that four digits show as 0 is shown with six" {
    run small tune RESULTS="$PWD/results" RUN=run DATA="$set" K=2 STANDARDIZE=no NEURONS=0 L2='0 1e-6' POOL=avg
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'L2=1e-6'* && $output != *'(0.0000)'* ]]
    grep -qE 'L2=1e-6 .* [+-]0\.[0-9]{6} \(0\.0000[0-9]{2}\) ' <<<"$output"
}

@test "tune: what cannot be searched is told in one line" {
    refused() {
        run small tune RESULTS="$PWD/results" DATA="$set" "${@:2}"
        echo "$output"
        [ "$status" -ne 0 ] && [[ ${lines[0]} == *"$1"* ]] && [ ! -e results/set-mobilenetv2/tune/tune.tsv ]
    }
    refused "TUNE: expected quick or full, found 'slow'" TUNE=slow
    refused "K: expected a whole number from 2 to 100, found '1'" K=1
    refused "L2: expected a number from 0 to 1e6, found 'x'" L2='0 x'
    refused "POOL: expected avg, max, both or flatten, found 'median'" POOL='avg median'
    refused "LR: expected a number from 1e-12 to 1e6, found '1e-3 1e-4'" LR='1e-3 1e-4'
    refused 'tune: DROPOUT=0.5: expected 0 without hidden layers (NEURONS=0)' DROPOUT=0.5 NEURONS=0
}

@test "shift: a run with SHIFT tests the images that it names, and is reproduced" {
    run_it() { # GOAL KNOB=value...
        make --no-print-directory -C "$ROOT" "$@" RESULTS="$PWD/results" MODEL=mobilenetv2 EPOCHS=2 SIZE=32 NEURONS=4 \
            RESAMPLES=50 EXPLAIN=0 DATA="$set" WEIGHTS=seeded:1 RUN=run 2>&1
    }
    run run_it all SHIFT="$second"
    echo "$output"
    [ "$status" -eq 0 ]
    diff <(samples results/run/predictions.tsv | grep -v '^sample' | cut -f 1 | sort) \
        <(samples results/run/manifest.tsv | cut -f 1 | grep -E "$second" | sort)
    grep -qxF "knob"$'\t'"SHIFT"$'\t'"$second" results/run/experiment.tsv
    run make --no-print-directory -C "$ROOT" reproduce RUN="$PWD/results/run"
    echo "$output"
    [ "$status" -eq 0 ]
    run run_it all SHIFT="$second" FOLD=1
    [[ $output == *'*** FOLD and SHIFT both determine the test set: choose one.  Stop.' ]]
}
