#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Completion of hilum in bash, from an installed hilum. The words on a line are split as bash splits them.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { make -s -C "$ROOT" install PREFIX="$BATS_FILE_TMPDIR/pre fix"; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p "results/first run" "results/second" "results/no run" "chest X-rays"
    touch "results/first run/experiment.tsv" results/second/experiment.tsv images.zst
    . "$BATS_FILE_TMPDIR/pre fix/share/bash-completion/completions/hilum"
}

# completed WORD ...: what completes the last word, one a line, sorted.
completed() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    $(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/')
    [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | sort
}

# completes "EXPECTED ..." WORD ...
completes() {
    local found
    found=$(completed "${@:2}" | paste -sd ' ')
    [ "$found" = "$1" ] || {
        echo "expected '$1', found '$found'"
        return 1
    }
}

@test "completion: goals and tools come first" {
    completes "reproduce" hilum repr
    completes "split" hilum spl
    completes "compare" hilum comp
    found=$(completed hilum "")
    for word in all triage kfold split train-head help --version; do
        grep -qx -e "$word" <<<"$found"
    done
    run ! grep -x check <<<"$found"
}

@test "completion: options are those of the tool's own table" {
    for t in split preprocess train-head report; do
        wanted=$("$t" --help | grep -oE '^  (-., |    )--[a-z0-9-]+|^ +--version' | sed 's/.*--/--/' | sort)
        [ "$(completed hilum "$t" --)" = "$wanted" ]
        [ "$(completed "hilum-$t" --)" = "$wanted" ]
    done
    completes "--group" hilum split --gr
}

@test "completion: values of options" {
    completes "none patient" hilum split --group ""
    completes "patient" hilum split --group pa
    completes "patient" hilum split -g pa
    completes "patient" hilum split --group = pa
    completes "none patient" hilum-split --group =
    completes "images.zst" hilum split -o im
    completes "images.zst" hilum split -qo im
    completes "" hilum split --seed ""
    completes "images.zst" hilum split -q im
}

@test "completion: knobs, and their values" {
    completes "NEURONS= NORMALIZE=" hilum all N
    completes "ALLOW_CODE= ALLOW_LEAK=" hilum all MODEL = vgg16 ALLOW
    completes "mobilenetv2" hilum all MODEL = mob
    completes "MODEL=mobilenetv2" hilum all MODEL=mob
    completes "0 1" hilum all CALIBRATE =
    completes "constant cosine plateau" hilum all LR_SCHEDULE =
    completes "chest X-rays" hilum all DATA = ch
    completes "first run second" hilum diff A =
    completes "second" hilum reproduce RUN = se
    completes "" hilum all SEED =
}

@test "completion: of a goal and a tool of one name, both" {
    completes "--names" hilum compare --na
    completes "images.zst" hilum compare im
    completes "MODEL=" hilum compare MOD
}

@test "completion: help takes a tool or knobs" {
    completes "split" hilum help sp
    completes "MODEL=" hilum help MO
}

@test "completion: bash's own machinery finds it by the command's name" {
    for name in hilum hilum-split hilum-train-head; do
        file="$BATS_FILE_TMPDIR/pre fix/share/bash-completion/completions/$name"
        bash -c '. "$1"; complete -p "$2"' - "$file" "$name" | grep -q -- '-F _hilum'
    done
}
