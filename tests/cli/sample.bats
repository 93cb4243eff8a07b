#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The sample as `make all` has it by default, but for the cheapest backbone: phantoms and pseudo-random weights
# have to end in a model that works, on images whose other traits do not tell the label.

load helpers

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q set
    make --no-print-directory -s -C "$ROOT" all RESULTS="$PWD" RUN=run MODEL=mobilenetv2 EXPLAIN=0 RESAMPLES=200 \
        DATA="$PWD/set" WEIGHTS=seeded:1 >log 2>&1 || { cat log; return 1; }
}

setup() {
    cd "$BATS_FILE_TMPDIR/run"
}

# field KEY: its value in metrics.json, at the highest level that has it.
field() { jq --arg key "$1" '[.. | objects | select(has($key)) | .[$key]][0]' metrics.json; }

@test "sample: AUROC of 0.9 or more, an accuracy clearly above the majority baseline, no alarm of a collapse" {
    echo "AUROC $(field auroc), accuracy $(field accuracy), baseline $(field baseline_accuracy)"
    awk -v auroc="$(field auroc)" -v a="$(field accuracy)" -v b="$(field baseline_accuracy)" \
        'BEGIN { exit !(auroc >= 0.9 && a >= b + 0.05) }'
    [ "$(field collapsed)" = false ]
    [ "$(field below_majority_baseline)" = false ]
}

@test "sample: no trait that audit tries reaches an AUROC of 0.65" {
    awk -F '\t' '$2 == "shortcut" { print $3, $8; n++; if ($8 >= 0.65 || $8 <= 0.35) bad = 1 }
        END { exit bad || n != 15 }' audit.tsv
    [ "$(sed -n 's/^#leak//p' audit.tsv)" = "" ]
    ! grep -q '	inverted	\|	range	' audit.tsv
}

@test "sample: the report says first what the sample is" {
    head -n 12 report.md
    head -n 12 report.md | grep -q 'Synthetic phantoms, not X-rays'
    head -n 12 report.md | grep -q 'pseudo-random (seeded:1)'
    [ "$(grep -c 'has collapsed' report.md)" -eq 0 ]
    grep -q 'features standardised on the training images' report.md
}

# default KNOB=value...: what STANDARDIZE then is.
default() { make --no-print-directory -C "$ROOT" help "$@" | awk '$1 == "STANDARDIZE" { print $2 }'; }

@test "sample: features are standardised unless that is declined, whatever the weights" {
    grep -qx $'knob\tSTANDARDIZE\tyes' experiment.tsv
    [ "$(default)" = yes ]
    [ "$(default WEIGHTS=seeded:7)" = yes ]
    [ "$(default WEIGHTS=weights.h5)" = yes ]
    [ "$(default DATA=chest_xray)" = yes ]
    [ "$(default WEIGHTS=weights.h5 STANDARDIZE=no)" = no ]
}
