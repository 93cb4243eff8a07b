#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Values that make is given: taken as they are, whatever is in them, or refused in one line.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

hilum() { make --no-print-directory -C "$ROOT" "$@" 2>&1; }

# knob NAME VALUE...: the live value of a knob, with these given
knob() {
    local name=$1
    shift
    hilum help "$@" | sed -n "s/^$name  *//p" | sed 's/   .*//'
}

# refused LINE VALUE...: make stops with that line and nothing else, and makes nothing
refused() {
    local line=$1
    shift
    [[ $line == DATA:* ]] || set -- DATA=/nowhere "$@"
    run hilum all RESULTS="$PWD/results" "$@"
    echo "$output"
    [ "$status" -ne 0 ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == *"*** $line.  Stop." ]] && [ ! -e results ]
}

# a_run [sweep] VALUE...: make all, or a sweep, in a few seconds
a_run() {
    if [ "$1" = sweep ]; then
        set -- "$@" NEURONS='2 4'
    elif [ "$1" != all ]; then
        set -- all "$@" NEURONS=4
    fi
    hilum RESULTS="$BATS_TEST_TMPDIR/results" MODEL=mobilenetv2 SIZE=32 EPOCHS=1 EXPLAIN=0 WEIGHTS=seeded:1 "$@"
}

@test "values: names of folders with characters that make cannot hold are refused" {
    refused "RUN: expected no blanks in the name of a folder, found 'a b'" RUN='a b'
    for c in : % = '#' '\' '*' '?' '[' ']' ';' '|' '&' "'" '"' '(' ')' '{' '}' '<' '>' '`' '!' '$'; do
        for name in RUN BASE TRAIN_OUT BUILD; do
            refused "$name: expected no '$c' in the name of a folder, found 'a${c}b'" "$name=a${c}b"
        done
        run hilum all DATA=/nowhere RESULTS="r${c}s"
        [[ $output == *"RESULTS: expected no '$c' in the name of a folder, found 'r${c}s'.  Stop." ]]
    done
    refused 'RUN: expected a name, found nothing' RUN=
    for name in .. ../up a/../../b; do
        refused "RUN: expected the name of a folder within RESULTS, found '$name'" "RUN=$name"
    done
    refused "BASE: expected a name that does not begin with - or ~, found '~a'" BASE='~a'
    [ ! -e "$ROOT/a" ] && [ ! -e "$ROOT/r" ]
}

@test "values: all other names are accepted, and a second run does nothing" {
    phantom -q -n 14 --min-size 64 --max-size 80 set
    name='Ångström,a+b@c^d~e_f.g-h'
    a_run DATA="$PWD/set" RUN="$name/"
    [ -s "results/$name/report.html" ]
    run a_run DATA="$PWD/set/." RUN="./$name"
    [ "$status" -eq 0 ]
    ! grep 'bin/' <<<"$output"
}

@test "values: of several lines, they are refused in one line" {
    refused "DATA: expected one line, found 'a\\nb'" DATA=$'a\nb'
    refused "NEURONS: expected one line, found '8\\n16'" NEURONS=$'8\n16'
    export RUN=$'a\nb'
    refused "RUN: expected one line, found 'a\\nb'"
}

@test "values: a folder is the same however its path is written" {
    for data in data/phantom data/phantom/ ./data/phantom .//data/./phantom/. data/../data/phantom "$ROOT/data/phantom"; do
        [ "$(knob DATA DATA="$data")" = data/phantom ]
        [ "$(knob WEIGHTS DATA="$data")" = seeded:1 ]
    done
    [ "$(knob DATA DATA="/a b//c/")" = "/a b/c" ]
    [ "$(knob WEIGHTS DATA="my data/phantom" MODEL=mobilenetv2 | cut -d / -f 1)" = data ]
    [ "$(knob RUN RUN=./a//b/)" = a/b ]
    [ "$(knob WEIGHTS WEIGHTS=data//weights/./x.h5)" = data/weights/x.h5 ]
}

@test "values: a dollar sign is a character" {
    for value in 'a$b' 'a$$b' '$(HOME)' "\$it's" 'a#b' 'a%b' '100%' '\a' '"a"'; do
        [ "$(knob DATA DATA="$value")" = "$value" ]
        [ "$(DATA=$value knob DATA)" = "$value" ]
        [ "$(knob WEIGHTS MODEL=mobilenetv2 WEIGHTS_mobilenetv2="$value/")" = "$value" ]
    done
}

@test "values: folders, weights and heads with any characters in their names, from make all to triage" {
    odd='it'\''s $HOME $(x) "a" #1 50% a:b'$'\tc'
    mkdir "$odd"
    phantom -q -n 14 --min-size 64 --max-size 80 "$odd/set"
    zstd -qdo "$odd/w.h5" "$DATA/../parity/data/mobilenetv2_notop.keras2.h5.zst"
    a_run DATA="$PWD/$odd/set/" WEIGHTS="$PWD/$odd/w.h5" RUN=run
    grep -qxF "knob"$'\t'"DATA"$'\t'"$PWD/$odd/set" results/run/experiment.tsv
    # The same from the environment, through the makes that make calls.
    run env DATA="$PWD/$odd/set" WEIGHTS="$PWD/$odd/w.h5" make --no-print-directory -C "$ROOT" sweep MODEL=mobilenetv2 \
        RESULTS="$PWD/results" RUN=run SIZE=32 EPOCHS=1 EXPLAIN=0 NEURONS='4 8'
    echo "$output"
    [ "$status" -eq 0 ]
    grep -qxF "knob"$'\t'"DATA"$'\t'"$PWD/$odd/set" 'results/run/sweep/NEURONS@8/experiment.tsv'
    # It is reproduced, also where it lies in such a folder, compared, and its head used.
    cp -r results/run "$odd/run"
    run hilum reproduce RUN="$PWD/$odd/run/"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} == "reproduce: $PWD/$odd/run: the same bytes in "* ]]
    run hilum diff A="$PWD/$odd/run" B="$PWD/results/run"
    [ "$status" -eq 0 ] && [[ ${lines[0]} == "n "* ]] # no knob and no file differs
    run hilum triage HEAD="$PWD/$odd/run/head.safetensors.zst" IMAGES="$PWD/$odd/set/NORMAL" TRIAGE="$PWD/$odd/triage"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "worklist: $PWD/$odd/triage/worklist.html" ]
    grep -q 'calibration' "$odd/triage/worklist.tsv"
}

@test "values: a run of other data is not replaced by one that has its name by default" {
    mkdir a b
    phantom -q -n 14 --min-size 64 --max-size 80 a/images
    cp -r a/images b/images
    a_run DATA="$PWD/a/images"
    before=$(cat results/images-mobilenetv2/experiment.tsv)
    for goal in all sweep; do
        run a_run $goal DATA="$PWD/b/images"
        echo "$output"
        [ "$status" -ne 0 ]
        grep -qxF "make: $PWD/results/images-mobilenetv2: a run of other data, DATA=$PWD/a/images: name this one with RUN=..., or replace that one with RUN=images-mobilenetv2" <<<"$output"
        [ "$(cat results/images-mobilenetv2/experiment.tsv)" = "$before" ]
    done
    # Goals of several runs, and folders of which only a part would be made.
    for goal in kfold 'kfold AUGMENT=1' compare; do
        run hilum $goal K=2 RESULTS="$PWD/results" MODEL=mobilenetv2 SIZE=32 EPOCHS=1 EXPLAIN=0 WEIGHTS=seeded:1 \
            WEIGHTS_vgg16=seeded:1 DATA="$PWD/b/images"
        echo "$output"
        [ "$status" -ne 0 ]
        [[ $goal == compare ]] || grep -q '/results/images-mobilenetv2: a run of other data, DATA=' <<<"$output"
        [ "$(cat results/images-mobilenetv2/experiment.tsv)" = "$before" ]
        [ ! -e results/images-mobilenetv2/kfold ] || [ -z "$(find results/images-mobilenetv2/kfold -name '*.zst')" ]
        rm -rf results/images-vgg16
    done
    paper() {
        hilum paper RESULTS="$PWD/results" MODEL=mobilenetv2 SIZE=32 EPOCHS=1 NEURONS=4 RESAMPLES=0 WEIGHTS=seeded:1 \
            PAPER_RATES=1e-2 PAPER_UNFREEZE= DATA="$PWD/$1/images"
    }
    paper a
    run paper b
    [ "$status" -ne 0 ]
    grep -q '/results/images-mobilenetv2-paper/.*: a run of other data, DATA=' <<<"$output"
    ln -s a/images link
    a_run DATA="$PWD/link" RUN=images-mobilenetv2
    a_run DATA="$PWD/a/images" # the same folder
    a_run DATA="$PWD/b/images" RUN=images-mobilenetv2
    grep -qx "knob"$'\t'"DATA"$'\t'"$PWD/b/images" results/images-mobilenetv2/experiment.tsv
}

@test "values: each value of a sweep is checked" {
    run hilum sweep NEURONS='4 a/b'
    [[ $output == *"*** NEURONS: expected whole numbers from 0 to 65536, with commas between them, found 'a/b'.  Stop." ]]
    run hilum sweep LR='1e-3 %'
    [[ $output == *"*** LR: expected a number from 1e-12 to 1e6, found '%'.  Stop." ]]
    run hilum sweep SEEDS='1 -1'
    [[ $output == *"*** SEEDS: expected a whole number from 0 to 2^64-1, found '-1'.  Stop." || \
        $output == *"*** TRAIN_SEED: expected "*"found '-1'.  Stop." ]]
    run hilum sweep STANDARDIZE='no maybe'
    [[ $output == *"*** STANDARDIZE: expected yes or no, found 'maybe'.  Stop." ]]
    run hilum -n sweep BATCHNORM='inference training' STANDARDIZE='no yes' RESULTS="$PWD/results"
    [ "$status" -eq 0 ]
    [[ $output == *"sweep/STANDARDIZE@yes~BATCHNORM@training"* ]]
}

@test "values: a whole number is exact up to the end of its range" {
    run hilum split SEED=18446744073709551616
    [[ $output == *"*** SEED: expected a whole number from 0 to 2^64-1, found '18446744073709551616'.  Stop." ]]
    run hilum -n all SEED=18446744073709551615
    [ "$status" -eq 0 ]
}

@test "values: weights that are not listed are told before any work" {
    for name in 'a b.h5' a:b.h5 none.h5; do
        run hilum all RESULTS="$PWD/results" WEIGHTS="./data/weights/$name"
        echo "$output"
        [ "$status" -ne 0 ]
        [ "${lines[0]}" = "make: WEIGHTS=data/weights/$name: expected one of the files in data/weights.tsv" ]
    done
}

@test "values: compilers and their flags come from the environment and from the command line" {
    unset MAKEFLAGS # of `make check CFLAGS=...`
    target=$BATS_TEST_TMPDIR/build/lib/base/strbuf.o
    commands() { make --no-print-directory -n V=1 -C "$ROOT" BUILD="$BATS_TEST_TMPDIR/build" "$target" "$@"; }
    CC=another-cc CFLAGS=-Owhat run commands
    [[ $output == *"another-cc -std=c17"*" -Owhat -c "* ]]
    CC=another-cc run commands CC='some cc'
    [[ $output == *"some cc -std=c17"* ]]
    run env -u CC -u CXX make --no-print-directory -n V=1 -C "$ROOT" BUILD="$BATS_TEST_TMPDIR/build" "$target"
    [[ $output == *"gcc -std=c17"* ]]
    target=$BATS_TEST_TMPDIR/build/shim/torch_shim.o
    CXX=another-cxx CXXFLAGS=-Owhat run commands
    [[ $output == *"another-cxx -std=c++"*" -Owhat -c "* ]]
}

@test "values: flags are 0 or 1, and 0 is no" {
    for knob in ALLOW_LEAK ALLOW_CODE CALIBRATE EXPLAIN; do
        for value in '0 1' yes 2 '%'; do
            refused "$knob: expected 0 or 1, found '$value'" "$knob=$value"
        done
    done
    for flag in asan fuzz V WERROR; do
        refused "$flag: expected 0 or 1, found 'yes'" "$flag=yes"
    done
    [ "$(hilum -n asan=0 fuzz=0 V=0 help | grep -c 'tools into build/bin;')" = 1 ]
    refused "QUIET: expected -q, found ';ls'" QUIET=';ls'
    module() { hilum -n all BUILD="$PWD/none" RESULTS="$PWD/results" MODEL=m.pt SIZE=32 NORMALIZE=tf EXPLAIN=1 "$@"; }
    module ALLOW_CODE=1 | grep -- '/extract-features .*--allow-code' >/dev/null
    module ALLOW_CODE=0 | grep -- '/extract-features ' >/dev/null
    ! module ALLOW_CODE=0 | grep -e --allow-code
    refused 'WEIGHTS: expected a file or seeded:N, found nothing' WEIGHTS=
}

@test "values: a variable that is no knob is refused, and the nearest is named" {
    refused 'NEURON: there is no such knob; the nearest is NEURONS' NEURON=64
    refused 'neurons: there is no such knob; the nearest is NEURONS' neurons=64
    refused 'SEDE: there is no such knob; the nearest is SEED' SEDE=2
    refused 'BATCH_SIZE: there is no such knob; the nearest is BATCH' BATCH_SIZE=8
    refused 'xyzzy: there is no such knob; make help lists them' xyzzy=1
    refused 'prefix: there is no such knob; the nearest is PREFIX' prefix=/usr
    # What make and its children are told is known, and so are the values that it hands on itself.
    run hilum -n help V=1 CFLAGS=-O1 TESTS=none FUZZ=image DESTDIR=/x SEEDS=1 MAKEFLAGS=s TMPDIR=/tmp HILUM_SHARED=/x
    [ "$status" -eq 0 ]
    for knob in $(hilum help | sed -nE 's/^([A-Z]+[A-Za-z0-9_]*)  .*/\1/p'); do
        run hilum help "$knob=0"
        [[ $output != *"no such knob"* ]]
    done
}

@test "values: goals beside deps are looked at when deps has ended" {
    mkdir bin
    printf '#!/bin/sh\necho deps >>"%s/log"\nprintf installed\n' "$PWD" >bin/dpkg-query
    printf '#!/bin/sh\necho looked >>"%s/log"\necho 3\n' "$PWD" >bin/nproc # which make asks for while it reads
    chmod +x bin/*
    for goals in 'deps help' 'help deps'; do
        rm -f log
        PATH=$PWD/bin:$PATH run hilum $goals NEURONS=7
        echo "$output"
        [ "$status" -eq 0 ]
        [ "${lines[0]}" = "deps: all packages are installed" ]
        [[ $output == *"NEURONS       7 "* ]]
        [ "$(uniq log | paste -sd ' ')" = 'deps looked' ]
    done
}

@test "values: JOBS is what the process may use, and not what libraries are told" {
    unset MAKEFLAGS MFLAGS JOBS # make check JOBS=2
    [ "$(knob JOBS)" = "$("$ROOT/scripts/processors")" ]
    [ "$(SLURM_CPUS_PER_TASK=1 knob JOBS)" = 1 ]
    [ "$(taskset -c "$(taskset -pc $$ | sed 's/.*[ ,-]//')" "$ROOT/scripts/processors")" = 1 ]
    [ "$(OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1 knob JOBS)" = "$(knob JOBS)" ]
}

@test "values: clang gets flags that it knows, and its own OpenMP library" {
    need_command clang
    commands() { hilum BUILD="$PWD/build" CC=clang "$@"; }
    commands "$PWD/build/lib/format/convert.o" "$PWD/build/train-head/denormals.o"
    [ -s build/lib/format/convert.o ] && [ -s build/train-head/denormals.o ]
    commands -n V=1 "$PWD/build/bin/train-head" >commands
    grep -- '-o [^ ]*/bin/train-head ' commands | grep -- ' -ldnnl -fopenmp ' >/dev/null
    ! grep -- '-o [^ ]*/bin/train-head ' commands | grep lgomp
}

@test "values: what make installs goes to a folder with any characters in its name" {
    place="$PWD/it's \$a (b) & c"
    run hilum install DESTDIR="$place" PREFIX=/usr
    echo "$output"
    [ "$status" -eq 0 ]
    "$place/usr/bin/hilum-split" --version | grep -q split
    [ -s "$place/usr/share/man/man1/hilum-split.1" ] && [ -e "$place/usr/lib/hilum/libhilum-torch.so" ] &&
        [ -e "$place/usr/lib/hilum/libhilum-dicom.so" ]
    hilum uninstall DESTDIR="$place" PREFIX=/usr
    [ -z "$(find "$place" -not -type d)" ]
}
