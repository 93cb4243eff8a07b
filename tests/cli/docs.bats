#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The pages: their commands run, print what the pages show, and exit as they say; links lead somewhere. How a page marks
# its commands is in docs/CONTRIBUTING.md, Writing documentation.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$ROOT"
    make -npq FORCE 2>/dev/null | sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' >"$BATS_FILE_TMPDIR/goals"
}

setup() {
    cd "$ROOT"
}

# As a reader has it: a checkout that is built, without data and results, and without the tools on PATH.
checkout() {
    local entry
    mkdir "$1"
    for entry in "$ROOT"/*; do
        case ${entry##*/} in
            data) mkdir "$1/data" && cp "$entry"/{README.md,fetch-weights,weights.tsv} "$1/data" ;;
            results) ;;
            *) ln -s "$entry" "$1" ;;
        esac
    done
    cd "$1"
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES RESULTS DATA JOBS TESTS
    export HOME=$PWD/home TMPDIR=$BATS_TEST_TMPDIR
    mkdir home
}

# word NAME: the value of NAME=value in the info of a block.
word() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$block.info"; }

run_block() {
    local status=0 wanted
    PATH=${PATH#*:} bash -e "$block.sh" >"$block.found" 2>&1 </dev/null || status=$?
    wanted=$(word status)
    [ "$status" -eq "${wanted:-0}" ] || {
        echo "exit status: expected ${wanted:-0}, found $status"
        cat "$block.found"
        return 1
    }
    [ ! -e "$block.output" ] || "$ROOT/tests/docs/same-output" "$block.output" "$block.found"
}

# The message of a block is what its command in tests/docs/faq.bash says.
said_by() {
    local said
    said=$("say_${1//-/_}" 2>&1 </dev/null) && [[ $1 =~ ^(collapse|ood|no-patients|few-validation)$ ]] || [ $? -ne 0 ]
    echo "$said" >"$block.found"
    { echo ...; cat "$block.message"; echo ...; } >"$block.output"
    "$ROOT/tests/docs/same-output" "$block.output" "$block.found"
}

# The fixed parts of a message that no test can bring about cheaply are in the sources.
said_somewhere() {
    perl -0777 -ne 's/"\s*\n?\s*"//g; print' "$ROOT"/{tools,shim}/{,*/,*/*/,*/*/*/}*.{c,h,cpp} "$ROOT"/scripts/* \
        "$ROOT"/{,tools/,make/}*.mk "$ROOT/data/fetch-weights" 2>/dev/null >"$block.sources" || true
    sed 's/\.\.\./\n/g' "$block.message" | grep -E '.{8}' >"$block.parts"
    while IFS= read -r part; do
        grep -qF -e "$part" "$block.sources" || { echo "nothing says: $part" && return 1; }
    done <"$block.parts"
}

# commands_of PAGE [COMMAND]: runs them in order, after COMMAND.
commands_of() {
    local page=$1 blocks=$BATS_TEST_TMPDIR/blocks block needs name
    mkdir "$blocks"
    tests/docs/blocks "$page" "$blocks"
    checkout "$BATS_TEST_TMPDIR/hilum"
    ${2-}
    for block in "$blocks"/*.info; do
        [ -e "$block" ] || continue
        block=${block%.info}
        needs=
        [ ! -e "$block.sh" ] || needs=$(word needs)
        echo "--- $page, line $(cut -d ' ' -f 1 "$block.info")${needs:+, not run: needs $needs}"
        if [ -e "$block.message" ]; then
            read -r _ name <"$block.info"
            if [ -n "$name" ]; then said_by "$name"; else said_somewhere; fi
        elif [ -n "$needs" ]; then
            bash -n "$block.sh"
            tests/docs/known-names "${HILUM_BIN:-$ROOT/build/bin}" "$BATS_FILE_TMPDIR/goals" "$block.sh"
        else
            run_block
        fi
    done
}

@test "docs: the commands of README.md" {
    commands_of README.md
}

@test "docs: the commands of the tutorial" {
    commands_of docs/tutorial.md
}

@test "docs: the commands of the user guide" {
    commands_of docs/user-guide.md
}

@test "docs: the messages of the FAQ, and what it says to do" {
    . tests/docs/faq.bash
    commands_of docs/faq.md a_run
}

@test "docs: the commands of all other pages" {
    for page in docs/*.md; do
        case $page in
            */tutorial.md | */user-guide.md | */faq.md) continue ;;
        esac
        rm -rf "$BATS_TEST_TMPDIR"/{blocks,hilum}
        (commands_of "$page")
    done
}

@test "docs: every link leads to a page, and its anchor to a heading" {
    mapfile -t readmes < <(find tools shim tests data -name README.md)
    tests/docs/links ./*.md docs/*.md "${readmes[@]}"
}

@test "docs: every page that a file names is there, and the index has them all" {
    grep -rhoI --exclude=docs.bats 'docs/[A-Za-z-]*\.md' ./*.md Makefile ./*.mk docs tools shim scripts packaging tests/unit \
        tests/cli | sort -u >"$BATS_TEST_TMPDIR/named"
    while read -r page; do
        [ -e "$page" ] || { echo "$page: is named, but there is no such page" && return 1; }
    done <"$BATS_TEST_TMPDIR/named"
    for page in docs/*.md; do
        [ "$page" = docs/README.md ] || grep -qF "](${page#docs/}" docs/README.md || { echo "$page: not in the index" && return 1; }
    done
}

# rows_of TABLE: its rows in docs/results.md of the current folder.
rows_of() { sed -n "/^<!-- measured: $1 -->/,/^<!-- end -->/p" docs/results.md | grep '^|'; }

@test "docs: measure-results puts a table in its place again, and says what it does not measure" {
    need_command jq
    checkout "$BATS_TEST_TMPDIR/hilum"
    rm docs && cp -r "$ROOT/docs" docs
    rows_of traits >before
    sed -i '/^<!-- measured: traits/,/^<!-- end/s/0\.[0-9]*/0.999/' docs/results.md
    rows_of traits | grep -q 0.999
    run --separate-stderr scripts/measure-results traits xrays
    [ "$status" -eq 0 ]
    rows_of traits >after
    diff before after
    diff <(sed '/^\*Measured on/d' docs/results.md) <(sed '/^\*Measured on/d' "$ROOT/docs/results.md")
    [[ ${stderr_lines[-1]} == "measure-results: xrays: NOT MEASURED: needs -d, the folder of the X-rays, -w, MobileNetV2's weights" ]]
    fails 1 'nothing: expected one of: sample ' scripts/measure-results nothing
    fails 1 '/nowhere: expected a file or folder, found nothing' scripts/measure-results -d /nowhere
}

# says_uses MODULE FOLDER: what the README of a module says that it may use. That of nn has a row for each of its modules.
says_uses() {
    if [ -e "$2/README.md" ]; then
        perl -0777 -ne 'print $1 if /^It may use(.*?)\.\s/ms' "$2/README.md"
    else
        sed -n "s/^| \`$1\` | .* | \(.*\) |\$/\1/p" "$2/../README.md"
    fi | grep -oE '`[a-z]+`' | tr -d '\`' | sort | paste -sd ' '
}

@test "docs: the README of each module and ARCHITECTURE.md say what it may use, as modules.tsv does" {
    grep -v '^#' tests/style/modules.tsv | while IFS=$'\t' read -r module folder _ may; do
        expected=$(tr ' ' '\n' <<<"${may#-}" | sort | paste -sd ' ')
        said=$(says_uses "$module" "$folder")
        [ "$said" = "$expected" ] || { echo "$folder: expected '$expected' in its README, found '$said'" && return 1; }
        said=$(sed -n "s/^| \[$module\](.* | \(.*\)|\$/\1/p" docs/ARCHITECTURE.md | tr -d ' ' | tr ',' '\n' | sort | paste -sd ' ')
        [ "$said" = "$expected" ] || { echo "ARCHITECTURE.md: $module: expected '$expected', found '$said'" && return 1; }
    done
}

@test "docs: files and functions that pages about the code name are there" {
    for page in docs/ARCHITECTURE.md docs/CONTRIBUTING.md docs/RELIABILITY.md docs/PERFORMANCE.md docs/GPU.md docs/BACKBONES.md \
        tools/README.md tools/lib/*/README.md shim/README.md tests/README.md; do
        grep -oE '`[^` ]+`' "$page" | tr -d '\`' | sort -u | while read -r name; do
            case $name in
                *[*A-Z]* | *...* | *_) ;;
                *.c | *.h | *.cpp | *.hpp | *.bats)
                    compgen -G "$name" >/dev/null || compgen -G "tools/lib/$name" >/dev/null ||
                        [ -e "$(dirname "$page")/$name" ] || find tools shim tests -name "$name" | grep -q . ||
                        { echo "$page: $name: there is no such file" && return 1; } ;;
                hl_* | nn_* | ts_* | page_* | train_* | explain_* | predict_* | extract_*)
                    grep -rqwF --include='*.[chm]*' -e "$name" tools shim ||
                        { echo "$page: $name: there is no such function" && return 1; } ;;
                tests/* | tools/* | scripts/* | shim/* | data/*)
                    [ -e "${name%/}" ] || [[ $name == data/weights* ]] || { echo "$page: $name: there is no such file" && return 1; } ;;
            esac
        done
    done
}

# ---- the checks themselves -----------------------------------------------------------------------------

# a_page TEXT: a page of that text, through blocks.
a_page() {
    printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/page.md"
    rm -rf "$BATS_TEST_TMPDIR/b" && mkdir "$BATS_TEST_TMPDIR/b"
    run tests/docs/blocks "$BATS_TEST_TMPDIR/page.md" "$BATS_TEST_TMPDIR/b"
}

@test "docs: a page with untested commands is found" {
    a_page '```sh' 'make all' '```'
    [ "$status" -eq 0 ]
    for wrong in $'    make all' $'```\nmake all\n```' $'```sh fast\nmake all\n```' $'```sh\nmake all' \
        $'```output\nhello\n```'; do
        a_page "$wrong"
        [ "$status" -eq 1 ]
    done
}

@test "docs: unknown goals, knobs, tools, options and files are found" {
    check() {
        printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/commands"
        tests/docs/known-names "${HILUM_BIN:-$ROOT/build/bin}" "$BATS_FILE_TMPDIR/goals" "$BATS_TEST_TMPDIR/commands"
    }
    for good in 'make all MODEL=vgg16 # a comment' 'make compare \
            DATA=x' 'sudo make deps' 'split --seed 2 x | audit -o a' 'hilum all SEED=1' 'tests/bare/run bookworm make' \
        'train-head --lr=1 "a b"'; do
        check "$good"
    done
    for bad in 'make everything' 'make all NEURON=4' 'split --sed 2' 'audit -z' 'scripts/nothing' 'frobnicate' \
        'hilum everything' 'split x | audit --nothing'; do
        run check "$bad"
        echo "$bad: $output"
        [ "$status" -eq 1 ] && [[ $output == *'there is no such'* ]]
    done
}

@test "docs: output that differs from the page is found; any number with a decimal point will do" {
    same() {
        printf '%b' "$1" >"$BATS_TEST_TMPDIR/e"
        printf '%b' "$2" >"$BATS_TEST_TMPDIR/f"
        tests/docs/same-output "$BATS_TEST_TMPDIR/e" "$BATS_TEST_TMPDIR/f"
    }
    same 'accuracy 0.97\n' 'accuracy 0.5\n'
    same '...\nb\n' 'a\na\nb\n'
    same 'in ... s\n' 'in 12 s\n'
    same 'a  b\n' 'a\tb\n'
    run ! same 'n 12\n' 'n 13\n'
    run ! same 'a\n' 'a\nb\n'
    run ! same 'a.\n' 'ab\n'
}

@test "docs: a dead link is found" {
    mkdir "$BATS_TEST_TMPDIR/docs"
    printf '# One heading\n[a](#one-heading) [b](other.md) [c](https://example.org)\n' >"$BATS_TEST_TMPDIR/docs/a.md"
    run tests/docs/links "$BATS_TEST_TMPDIR/docs/a.md"
    [[ $output == *'other.md: there is no such file' ]]
    printf '# One heading\n[a](#another)\n' >"$BATS_TEST_TMPDIR/docs/a.md"
    run tests/docs/links "$BATS_TEST_TMPDIR/docs/a.md"
    [[ $output == *'#another: there is no such heading' ]]
}
