# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # stderr is set by fails
# What the tests of split share: data sets in set/, label tables, refusals.

# image NAME ...: files below set/. Their contents differ, so that none is a copy of another.
image() {
    local name
    for name; do
        mkdir -p "set/$(dirname "$name")"
        echo "$name" >"set/$name"
    done
}

# table HEADER ROW ...: t.csv
table() { printf '%s\n' "$@" >t.csv; }

# refused PATTERN OPTION...: split fails with one line that matches, and writes nothing.
refused() {
    local pattern=$1
    shift
    rm -f m.tsv
    fails 1 "^split: $pattern" split -q "$@" set -o m.tsv
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    [ ! -e m.tsv ]
}
