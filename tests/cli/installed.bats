#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make install, hilum(1) away from the checkout, and make uninstall. The prefix holds blanks, a quote and an ampersand.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    make -s -C "$ROOT" install PREFIX="$BATS_FILE_TMPDIR/pre 'fix & co"
    mkdir "a folder"
    phantom -q -n 40 "a folder/set of phantoms"
}

setup() {
    prefix="$BATS_FILE_TMPDIR/pre 'fix & co"
    PATH=$prefix/bin:$PATH
    export HOME=$BATS_TEST_TMPDIR/home
    unset XDG_CACHE_HOME MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES RESULTS DATA
    mkdir -p "$HOME"
    cd "$BATS_FILE_TMPDIR/a folder"
    small=(MODEL=mobilenetv2 EPOCHS=2 "DATA=set of phantoms" WEIGHTS=seeded:1 RESAMPLES=50 EXPLAIN=0)
}

state_of_prefix() { find "$prefix" -printf '%P %s %T@ %y\n' | sort; }

# refused PATTERN ARGUMENT ...: hilum exits with 2 and one line.
refused() {
    fails 2 "$1" hilum "${@:2}"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "hilum: "* ]]
    [ -z "$output" ]
}

@test "installed: hilum all makes what make all makes in a checkout, and writes nothing else" {
    before=$(state_of_prefix)
    run hilum all "${small[@]}" RUN=run
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "report: results/run/report.html" ]
    [ "$(ls -A)" = $'results\nset of phantoms' ]
    [ "$(state_of_prefix)" = "$before" ]
    [ -z "$(ls -A "$HOME")" ]
    run ! grep -rlF -e "$prefix" -e "$BATS_FILE_TMPDIR" results/run

    # As a checkout does it, in a folder of the same contents.
    mkdir "$BATS_TEST_TMPDIR/checkout"
    cp -a "$ROOT"/{Makefile,*.mk,make,scripts,tools,shim,tests,data,docs} "$BATS_TEST_TMPDIR/checkout"
    ln -s "$ROOT/build" "$BATS_TEST_TMPDIR/checkout/build"
    cp -a "set of phantoms" "$BATS_TEST_TMPDIR/checkout"
    make -s -C "$BATS_TEST_TMPDIR/checkout" all "${small[@]}" RUN=run
    for f in manifest.tsv audit.tsv {images,features,head,calibration}.safetensors.zst metrics.json predictions.tsv \
        experiment.tsv report.md; do
        cmp "results/run/$f" "$BATS_TEST_TMPDIR/checkout/results/run/$f"
    done
    diff -r results/run/params "$BATS_TEST_TMPDIR/checkout/results/run/params"
}

@test "installed: nothing changed, nothing done; a knob repeats what depends on it" {
    run hilum all "${small[@]}" RUN=run
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    run hilum all "${small[@]}" RUN=run NEURONS=16
    [ "$status" -eq 0 ]
    [[ $output == *bin/train-head* && $output != *bin/extract-features* ]]
}

@test "installed: goals that call make again find their make file" {
    hilum all "${small[@]}" RUN=run NEURONS=16
    hilum -j2 sweep "${small[@]}" RUN=run NEURONS="8 16"
    hilum kfold "${small[@]}" RUN=run K=2
    run hilum reproduce RUN=run
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} == "reproduce: results/run: the same bytes in "* ]]
    run hilum diff A=run B=run/sweep/NEURONS@8
    [ "$status" -eq 0 ]
    [[ $output == *NEURONS* ]]
    hilum triage HEAD=results/run/head.safetensors.zst "IMAGES=set of phantoms/PNEUMONIA"
    [ -s results/triage/worklist.html ]
}

@test "installed: every script that the make files or other scripts name is there" {
    for script in $(cd "$ROOT" && {
        grep -ohE '(scripts|data)/[a-z.-]+' pipeline.mk make/*.mk
        # shellcheck disable=SC2016 # as the scripts write it
        grep -ohE '(\$here|\$\{0%/\*\})/[a-z.-]+' scripts/* | sed 's|.*/|scripts/|'
    } | sort -u); do
        [ "$script" != scripts/write-parameters ] || continue # for the documentation
        [ ! -f "$ROOT/$script" ] || [ -f "$prefix/share/hilum/$script" ] || {
            echo "$script is not installed"
            return 1
        }
    done
    hilum all "${small[@]}" # a run of the name that it has by default
}

@test "installed: the sample is made in the current folder" {
    cd "$BATS_TEST_TMPDIR"
    hilum -n all >commands
    grep -q 'bin/phantom .*data/phantom$' commands
}

@test "installed: Keras' weights lie in the user's cache, or in data/weights where that exists" {
    name=mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5
    goal=results/weights/params/weights
    # What a folder has been given by hand is verified there; the table has a size but no digest for this file.
    for place in "$HOME/.cache/hilum/weights" "$BATS_TEST_TMPDIR/my cache/hilum/weights" data/weights; do
        rm -rf results/weights
        [[ $place != *"my cache"* ]] || export XDG_CACHE_HOME="$BATS_TEST_TMPDIR/my cache"
        mkdir -p "$place"
        head -c 9406464 /dev/zero >"$place/$name"
        hilum "$goal" MODEL=mobilenetv2 "DATA=set of phantoms" RUN=weights
        [ -e "$place/$name.verified" ]
        [ "$(cat "$goal")" = "sha256:$(head -c 9406464 /dev/zero | sha256sum | cut -d ' ' -f 1)" ]
    done
    rm -r data
    XDG_CACHE_HOME=relative hilum "$goal" MODEL=mobilenetv2 "DATA=set of phantoms" RUN=weights
    [ ! -e relative ]
}

@test "installed: hilum --version, help, and help of a tool" {
    version=$(sed -n 's/^#define HL_VERSION "\(.*\)"/\1/p' "$ROOT/tools/lib/base/version.h")
    [ "$(hilum --version)" = "hilum $version" ]
    run --separate-stderr hilum help MODEL=mobilenetv2
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    for word in all triage compare paper sweep kfold diff reproduce MODEL WEIGHTS split quickcheck train-head; do
        grep -q "^$word " <<<"$output"
    done
    grep -q '^MODEL  *mobilenetv2 ' <<<"$output"
    run ! grep -E '^(deps|build|check|install|deb) |^make ' <<<"$output"
    [ "$(hilum --help)" = "$(hilum help)" ]
    [ "$(hilum help split)" = "$(split --help)" ]
}

@test "installed: tools by their names; hilum-TOOL is the same" {
    [ "$(hilum digest "set of phantoms")" = "$(digest "set of phantoms")" ]
    [ "$(hilum-digest "set of phantoms")" = "$(digest "set of phantoms")" ]
    run hilum split /nowhere
    [ "$status" -eq 1 ]
    fails 2 'split: unknown option' hilum split --no-such
}

@test "installed: of a goal and a tool of one name, knobs mean the goal and anything else the tool" {
    [ "$(hilum compare --help)" = "$(compare --help)" ]
    fails 1 'compare: nowhere.tsv' hilum compare nowhere.tsv elsewhere.tsv
    fails 2 'explain: missing operand|explain: .*try --help' hilum explain -i images
    hilum -n compare "${small[@]}" >"$BATS_TEST_TMPDIR/commands"
    grep -q 'VGG16,InceptionResNetV2,MobileNetV2' "$BATS_TEST_TMPDIR/commands"
    hilum compare -n "${small[@]}" >"$BATS_TEST_TMPDIR/commands"
    grep -q 'VGG16,InceptionResNetV2,MobileNetV2' "$BATS_TEST_TMPDIR/commands"
}

@test "installed: wrong words are refused in one line, with the nearest one that there is" {
    refused 'expected a goal, such as all, or a tool'
    refused "no goal or tool 'splt'; did you mean split\?" splt
    refused "no goal or tool 'al'; did you mean all\?" al
    refused "no goal or tool 'xylophone' \(try" xylophone
    refused "no goal 'triag'; did you mean triage\?" all triag
    refused "no knob 'MODLE'; did you mean MODEL\?" all MODLE=vgg16
    refused "no knob 'model'; did you mean MODEL\?" all model=vgg16
    refused 'expected a goal, such as hilum all' MODEL=vgg16
    refused "option '--frobnicate'" --frobnicate all
    refused 'split is a tool: expected it as the first word' all split
    refused "unexpected operand 'all'" --version all
    fails 2 "MODEL: expected vgg16" hilum all MODEL=resnet "DATA=set of phantoms"
}

@test "installed: goals of a checkout are refused by name" {
    for goal in check bench install uninstall deps deps-dev build clean deb format analyse fuzz; do
        refused "$goal: this goal needs a checkout of hilum; run make $goal there" "$goal"
    done
}

@test "installed: every knob of the make files is known" {
    for knob in $(sed -n '/^define knob_table/,/^endef/s/^\([A-Za-z0-9_]*\) *|.*/\1/p' "$ROOT/make/knobs.mk"); do
        grep -q "^knob	$knob	" "$prefix/share/hilum/words.tsv" || {
            echo "hilum does not know $knob"
            return 1
        }
    done
}

@test "installed: an interrupt ends it, with the status of one" {
    hilum phantom -q -n 100000 "$BATS_TEST_TMPDIR/many" &
    sleep 0.5
    kill -TERM $!
    status=0
    wait $! || status=$?
    [ "$status" -eq $((128 + 15)) ]
    run timeout --preserve-status -s INT 1 hilum all MODEL=vgg16 "DATA=set of phantoms" WEIGHTS=seeded:1 RUN=interrupted
    echo "$output"
    # Make dies of the signal, or, between two of its commands, says that it cannot wait for them and exits with 2.
    [ "$status" -eq 130 ] || [ "$status" -eq 2 ]
    [ ! -e results/interrupted/report.html ]
}

@test "installed: make uninstall leaves what was there before, and nothing else" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p "pre fix & co/bin" "pre fix & co/share/man"
    touch "pre fix & co/bin/other"
    before=$(find "pre fix & co" | sort)
    make -s -C "$ROOT" install PREFIX="$PWD/pre fix & co"
    make -s -C "$ROOT" install PREFIX="$PWD/pre fix & co" # a newer version over an older one
    "pre fix & co/bin/hilum" --version
    make -s -C "$ROOT" uninstall PREFIX="$PWD/pre fix & co"
    [ "$(find "pre fix & co" | sort)" = "$before" ]
    make -s -C "$ROOT" install PREFIX="$PWD/new/prefix"
    make -s -C "$ROOT" uninstall PREFIX="$PWD/new/prefix"
    [ ! -e new/prefix ]
}
