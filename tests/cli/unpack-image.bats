#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# packaging/unpack, with a stand-in for Apptainer, which tests do not have.

load helpers
bats_require_minimum_version 1.5.0

@test "unpack: make files outside, tools inside the image" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p usr/share/hilum/make usr/bin usr/lib/hilum/bin
    echo all: >usr/share/hilum/Makefile
    printf '#!/bin/sh\necho "hilum $*"\n' >usr/bin/hilum
    printf '#!/bin/sh\necho "inside: $*"\n' >usr/lib/hilum/bin/split
    chmod +x usr/bin/hilum usr/lib/hilum/bin/split
    echo image >'an image.sif'
    cat >apptainer <<END
#!/bin/bash
[ "\$1" = exec ] || exit 9
shift
[ "\$1" != --bind ] || shift 2
[ "\$1" = '$PWD/an image.sif' ] || exit 8
shift
exec "\${@//\/usr/$PWD/usr}"
END
    chmod +x apptainer
    APPTAINER=$PWD/apptainer "$ROOT/packaging/unpack" 'an image.sif' here
    [ "$(here/bin/hilum all)" = 'hilum all' ]
    [ -f here/share/hilum/Makefile ]
    [ "$(here/lib/hilum/bin/split 'a b' c)" = 'inside: a b c' ]
    grep -q "^# image sha256:$(sha256sum <'an image.sif' | cut -d ' ' -f 1)$" here/lib/hilum/bin/split
    fails 2 '^usage: ' "$ROOT/packaging/unpack" nowhere here
}
