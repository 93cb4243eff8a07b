#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The files from which packages and containers are made agree with each other and with the rest. That they work is
# tested on a bare Debian: tests/bare/package.

load helpers
bats_require_minimum_version 1.5.0

@test "packaging: the definition for Apptainer is what make-def makes of the Containerfile" {
    diff <("$ROOT/packaging/make-def" "$ROOT/packaging/Containerfile") "$ROOT/packaging/hilum.def"
}

@test "packaging: make-def refuses what it cannot translate" {
    cd "$BATS_TEST_TMPDIR"
    printf 'FROM debian\nVOLUME /x\n' >a
    fails 1 'a:2: unknown line: VOLUME /x' "$ROOT/packaging/make-def" a
    printf 'FROM debian\nRUN x\nCOPY a b\n' >a
    fails 1 'a:3: expected COPY before RUN' "$ROOT/packaging/make-def" a
    printf 'FROM debian\nENV A="b c"\n' >a
    fails 1 'a:2: unknown line: ENV A="b c"' "$ROOT/packaging/make-def" a
}

@test "packaging: the Containerfile runs packaging/steps and nothing else" {
    steps=$(sed -n 's/^step_\([a-z]*\)().*/\1/p' "$ROOT/packaging/steps")
    while read -r _ command arguments; do
        [[ $command == packaging/steps || $command == ./steps ]]
        for step in $arguments; do
            grep -qx "$step" <<<"$steps"
        done
    done < <(grep '^RUN ' "$ROOT/packaging/Containerfile")
    # Those of the container are those of the test on a bare Debian.
    for step in $(sed -n 's/^RUN [^ ]* //p' "$ROOT/packaging/Containerfile"); do
        [ "$step" = clean ] || grep -Eq "packaging/steps\"? ([a-z]+ )*$step( |$)" "$ROOT/tests/bare/package"
    done
    fails 2 "^steps: expected build, lint, install, try, remove or clean, found 'biuld'" "$ROOT/packaging/steps" biuld
}

@test "packaging: what the package needs to be built is what make deps installs" {
    packages=$(sed -n '/^PACKAGES := /,/[^\\]$/p' "$ROOT/tools/packages.mk" | tr -d '\\' | sed 's/^PACKAGES := //')
    for p in $(sed -n '/^Build-Depends:/,/^[A-Z].*:/p' "$ROOT/packaging/debian/control" | grep -oE '^ +[a-z0-9.+-]+'); do
        [ "$p" != libjpeg-dev ] || p=libjpeg62-turbo-dev # Debian's is that one
        grep -qw -e "$p" <<<"$packages" || {
            echo "make deps does not install $p"
            return 1
        }
    done
}

@test "packaging: an unpacked archive without git gives the files that a checkout gives" {
    need_command git
    git -C "$ROOT" rev-parse --git-dir || skip "NOT RUN: needs a checkout with its history"
    cd "$BATS_TEST_TMPDIR"
    . <(sed -n '/^list_files() {/,/^}/p' "$ROOT/scripts/make-deb")
    (cd "$ROOT" && list_files) | tr '\0' '\n' | sort >checkout
    mkdir archive
    tar c -C "$ROOT" --files-from=checkout | tar x -C archive
    mkdir -p archive/build/bin archive/results/run archive/data/weights
    touch archive/build/bin/split archive/results/run/x archive/data/weights/x archive/data/phantom.tool
    (cd archive && list_files) | tr '\0' '\n' | sort >from_archive
    diff checkout from_archive
}
