#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# packaging/unpack, with a stand-in for Apptainer, which tests do not have.

load helpers
bats_require_minimum_version 1.5.0

# An image with one tool, at a path that has to be quoted, and an apptainer that notes in the file mounts what is to be
# shown.
setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p usr/share/hilum/make usr/bin usr/lib/hilum/bin
    echo all: >usr/share/hilum/Makefile
    printf '#!/bin/sh\necho "hilum $*"\n' >usr/bin/hilum
    printf '#!/bin/sh\necho "inside: $*"\n' >usr/lib/hilum/bin/split
    chmod +x usr/bin/hilum usr/lib/hilum/bin/split
    image="an imäge's.sif"
    echo image >"$image"
    cat >apptainer <<END
#!/bin/bash
[ "\$1" = exec ] || exit 9
shift
: >"$PWD/mounts"
while [ "\$1" = --mount ]; do echo "\$2" >>"$PWD/mounts" && shift 2; done
[ "\$1" = "$PWD/$image" ] || exit 8
shift
exec "\${@//\/usr/$PWD/usr}"
END
    chmod +x apptainer
    export APPTAINER=$PWD/apptainer
    unset TMPDIR APPTAINER_BIND APPTAINER_BINDPATH
    LC_ALL=C "$ROOT/packaging/unpack" "$image" here
    tools=$PWD/here/lib/hilum/bin
}
mount_of() { printf 'type=bind,"source=%s","destination=%s"\n' "$1" "$1"; }

@test "unpack: make files outside, tools inside the image" {
    [ "$(here/bin/hilum all)" = 'hilum all' ]
    [ -f here/share/hilum/Makefile ]
    [ "$(here/lib/hilum/bin/split 'a b' c)" = 'inside: a b c' ]
    grep -q "^# image sha256:$(sha256sum <"$image" | cut -d ' ' -f 1)$" here/lib/hilum/bin/split
    fails 2 '^usage: ' "$ROOT/packaging/unpack" nowhere here
    APPTAINER=no-apptainer fails 1 '^unpack: expected the command no-apptainer, found none$' \
        "$ROOT/packaging/unpack" "$image" there
    [ ! -e there ]
}

@test "unpack: a tool sees where it was called, itself and TMPDIR, whatever their names" {
    mkdir 'a,b:"c"' scratch
    cd 'a,b:"c"'
    TMPDIR=$BATS_TEST_TMPDIR/scratch "$tools/split"
    diff ../mounts <(mount_of "$BATS_TEST_TMPDIR/a,b:\"\"c\"\"" && mount_of "$tools" && mount_of "$BATS_TEST_TMPDIR/scratch")
    TMPDIR=$BATS_TEST_TMPDIR/nowhere "$tools/split"
    [ "$(wc -l <../mounts)" = 2 ]
}

@test "unpack: what is listed already is not mounted twice" {
    mkdir scratch
    cd scratch
    for listed in "$PWD" "/x,$PWD:$PWD:ro" "$PWD,/x"; do
        TMPDIR=$PWD APPTAINER_BIND=$listed "$tools/split"
        diff ../mounts <(mount_of "$tools")
    done
    APPTAINER_BINDPATH=$PWD "$tools/split"
    diff ../mounts <(mount_of "$tools")
    TMPDIR=$PWD APPTAINER_BIND=${PWD}2 "$tools/split"
    diff ../mounts <(mount_of "$PWD" && mount_of "$tools")
}

@test "unpack: an image that was made anew is not taken for the old one" {
    touch -d '1 minute' "$image"
    fails 1 "^split: .*/$image is newer than $tools/split: run packaging/unpack again$" "$tools/split"
    touch -d '1 minute ago' "$image"
    "$tools/split"
}
