#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# KNOBS=file: knobs from a file, as if they stood on the command line; hostile files.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    unset XDG_CACHE_HOME MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES JOBS KNOBS
}

hilum() { make --no-print-directory -C "$ROOT" "$@" 2>&1; }

# knob NAME VALUE...: its value, with the knobs in the file k and these
knob() {
    local name=$1
    shift
    hilum help KNOBS="$PWD/k" "$@" | sed -n "s/^$name  *//p" | sed 's/   .*//'
}

# refused LINE: the file k stops make with that line and nothing else, and nothing is made
refused() {
    run hilum all DATA=/nowhere RESULTS="$PWD/results" KNOBS="$PWD/k"
    echo "$output"
    [ "$status" -ne 0 ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == *"*** $1.  Stop." ]] && [ ! -e results ]
}

@test "knobs file: lines NAME = value, comments, blanks; the command line wins, the file over the environment" {
    printf '%s\n' '# of the tuned head' '' 'NEURONS=64,8' '  LR	=  1e-4  ' '   # another' 'DROPOUT = 0.5' 'EXCLUDE =' >k
    [ "$(knob NEURONS)" = 64,8 ]
    [ "$(knob LR)" = 1e-4 ]
    [ "$(knob DROPOUT)" = 0.5 ]
    [ "$(knob BATCH)" = 32 ]
    [ "$(knob NEURONS NEURONS=3)" = 3 ]
    [ "$(NEURONS=3 knob NEURONS)" = 64,8 ]
    [ "$(KNOBS=$PWD/k hilum help | sed -n 's/^LR  *\([^ ]*\).*/\1/p')" = 1e-4 ]
    # Of an editor that adds a byte order mark and carriage returns; without a line feed at the end.
    printf '\xef\xbb\xbfNEURONS = 7\r\nLR = 1e-2' >k
    [ "$(knob NEURONS)/$(knob LR)" = 7/1e-2 ]
    : >k
    [ "$(knob NEURONS)" = 256 ]
    mkdir 'it'\''s a $folder'
    echo 'NEURONS = 9' >'it'\''s a $folder/k'
    [ "$(hilum help KNOBS="$PWD/it's a \$folder/k" | sed -n 's/^NEURONS  *\([^ ]*\).*/\1/p')" = 9 ]
}

@test "knobs file: values are text, whatever they look like" {
    for value in '$(shell touch owned)' '$(error no)' '${HOME}' '$$x' '`touch owned`' '"a" '\''b'\' '50% %20 %25' 'a#b # c' \
        'a=b:=c' '\' '$(1)' 'ü,;|&<>!*?[x]' 'a  b	c'; do
        printf 'DATA = %s\nCOLUMNS = %s\n' "$value" "$value" >k
        for name in DATA COLUMNS; do
            found=$(hilum help KNOBS="$PWD/k" | grep "^$name ")
            [[ $found == "$name "*" $value "* ]] || { echo "$name: expected '$value': $found" && return 1; }
        done
    done
    [ ! -e owned ] && [ ! -e "$ROOT/owned" ]
}

@test "knobs file: what is wrong with it is said in one line" {
    rm -f k
    refused "KNOBS=$PWD/k: there is no such file"
    mkdir k
    refused "KNOBS=$PWD/k: expected a file of lines NAME = value, found a folder, pipe or device"
    rmdir k
    mkfifo k
    refused "KNOBS=$PWD/k: expected a file of lines NAME = value, found a folder, pipe or device"
    rm k
    printf '# x\nNEURON = 4\n' >k
    refused "$PWD/k:2: NEURON: there is no such knob; the nearest is NEURONS"
    echo 'neurons = 4' >k
    refused "$PWD/k:1: neurons: there is no such knob; the nearest is NEURONS"
    for name in SHELL MAKEFLAGS CFLAGS BASE TRAIN_OUT .RECIPEPREFIX hilum xyzzy; do
        echo "$name = x" >k
        run hilum help KNOBS="$PWD/k"
        echo "$output"
        [ "$status" -ne 0 ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == *"$PWD/k:1: "* ]]
    done
    printf 'LR = 1\nSEED = 1\nLR = 2\n' >k
    refused "$PWD/k:3: LR: expected once, found on line 1, too"
    echo 'KNOBS = k' >k
    refused "$PWD/k:1: KNOBS: a file of knobs cannot name another one"
    for line in 'NEURONS 4' 'NEURONS' '= 4' 'define x' 'include /etc/passwd' '$(shell touch owned)' 'a b = c' '1A = 2'; do
        echo "$line" >k
        refused "$PWD/k:1: expected NAME = value, found '$line'"
    done
    for c in '\0' '\1' '\033' '\x7f'; do
        printf "LR = 1${c}x\n" >k
        refused "$PWD/k:1: expected a line of text, found a control character"
    done
    head -c 100000 /dev/zero | tr '\0' '#' >k
    refused "KNOBS=$PWD/k: expected at most 65536 bytes of text"
    [ ! -e owned ] && [ ! -e "$ROOT/owned" ]
}

@test "knobs file: values are checked as those of the command line are, and the file is named" {
    echo 'NEURONS = x' >k
    refused "$PWD/k: NEURONS: expected whole numbers from 0 to 65536, with commas between them, found 'x'"
    echo 'DROPOUT = 2' >k
    refused "$PWD/k: DROPOUT: expected a number from 0 to 0.99, found '2'"
    echo 'POOL = avg # average' >k
    refused "$PWD/k: POOL: expected avg, max, both or flatten, found 'avg # average'"
    echo 'MODEL =' >k
    refused "$PWD/k: MODEL: expected vgg16, inceptionresnetv2, mobilenetv2 or a file.pt, found nothing"
    echo 'RUN = a;b' >k
    refused "$PWD/k: RUN: expected no ';' in the name of a folder, found 'a;b'"
    echo 'LR = 1e-3 1e-4' >k
    refused "$PWD/k: LR: expected one value, found '1e-3 1e-4'; several are for make sweep"
}

@test "knobs file: an installed hilum makes the run that the same knobs on the command line make, and records it alike" {
    phantom -q -n 24 --min-size 60 --max-size 80 'set of $phantoms'
    make -s -C "$ROOT" install PREFIX="$PWD/prefix" >/dev/null
    PATH=$PWD/prefix/bin:$PATH
    printf '%s\n' 'MODEL = mobilenetv2' 'DATA = set of $phantoms' 'WEIGHTS = seeded:1' 'SIZE = 32' 'EPOCHS = 2' 'NEURONS = 4' \
        'RESAMPLES = 50' 'EXPLAIN = 0' >k
    command hilum all KNOBS=k RUN=file
    command hilum all RUN=line MODEL=mobilenetv2 DATA='set of $phantoms' WEIGHTS=seeded:1 SIZE=32 EPOCHS=2 NEURONS=4 \
        RESAMPLES=50 EXPLAIN=0
    diff -r results/file/params results/line/params
    cmp results/file/experiment.tsv results/line/experiment.tsv
    cmp results/file/report.md results/line/report.md
    grep -qx $'knob\tNEURONS\t4' results/file/experiment.tsv
    # Goals that call make again, with knobs of their own.
    command hilum sweep KNOBS=k RUN=file LR='1e-3 1e-4' SEED=2
    grep -qx $'knob\tNEURONS\t4' 'results/file/sweep/LR@1e-4/experiment.tsv'
    grep -qx $'knob\tLR\t1e-4' 'results/file/sweep/LR@1e-4/experiment.tsv'
    run command hilum reproduce RUN=line KNOBS=k
    echo "$output"
    [ "$status" -eq 0 ]
    fails 2 'KNOBS=nowhere: there is no such file' command hilum all KNOBS=nowhere
}
