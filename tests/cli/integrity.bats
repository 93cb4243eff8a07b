#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# One byte of a file between the tools has changed: every reader notices, or the byte has no meaning and
# the result is the same. And files that do not belong together are refused, with both names.
# tests/unit/format/test_checksum.c tests every byte of a table and of JSON.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 60 --min-size 64 --max-size 80 set
    split -q --exact -o m.tsv set
    split -q --exact -s 2 -o other-split.tsv set
    audit -q -o audit.tsv m.tsv
    preprocess -q --size 32 -o images m.tsv
    preprocess -q --size 32 --filter nearest -o other-images m.tsv
    zstd -qdo w.h5 "$DATA/../parity/data/mobilenetv2_notop.keras2.h5.zst"
    import-weights -q -m mobilenetv2 -o weights w.h5
    extract-features -q -m mobilenetv2 -w weights -o features images
    extract-features -q -m mobilenetv2 -w seeded:1 -o other-features images
    extract-features -q -m mobilenetv2 -w weights -p flatten -o maps images
    extract-features -q -m mobilenetv2 -w weights --layer block_3_expand_relu -p max -o other-cut images
    train-head -q -n 8 -e 3 -j 1 --history history.tsv -o head features
    train-head -q -n 8 -e 3 -j 1 -s 2 -o other-head features
    evaluate -q --resamples 20 -p p.tsv -c calibration -o metrics.json head features
    evaluate -q --resamples 20 -p other-p.tsv -c other-calibration -o other-metrics.json other-head features
    compare -q --resamples 20 -n a,b --json compare.json -o compare.tsv p.tsv other-p.tsv
    explain -q -i images -p p.tsv -w weights -n 1 -o maps.d head
    ! train-head -q -n 8 -e 3 -j 1 --checkpoint checkpoint -o /dev/full features # fails only when the head is written
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# damage FILE N FOLDER: copies of FILE, in each of which one byte differs: N at fixed random places, and some at
# both ends, where the structure is densest: the first 14 and the last 10, or for a small N the first and the last 3.
damage() {
    mkdir -p "$3"
    perl -we 'my ($file, $n, $folder) = @ARGV;
        open my $in, "<:raw", $file or die; local $/; my $all = <$in>; my $len = length $all;
        srand 1;
        my ($first, $last) = $n < 20 ? (1, 3) : (14, 10);
        my @at = (0 .. $first - 1, map({ $len - $_ } 1 .. $last), $n ? map({ int(($_ + rand) * $len / $n) } 0 .. $n - 1) : ());
        for my $at (@at) {
            my $one = $all; substr($one, $at, 1) ^= chr(1 + int(rand 255));
            open my $out, ">:raw", sprintf("%s/byte-%08d", $folder, $at) or die; print $out $one; close $out or die;
        }' "$1" "$2" "$3"
}

# noticed FILE N COMMAND...: the command, in which @ is the file, refuses every damaged copy in one line that names
# it, and leaves nothing; or writes the same as from FILE. At most one byte in ten may have no meaning: these are in
# the frame header of a tensor file only.
noticed() {
    local file=$1 n=$2 place=$BATS_TEST_TMPDIR/damage copy status=0 harmless=0 all=0
    shift 2
    rm -rf "$place" && mkdir "$place"
    damage "$file" "$n" "$place/copies"
    at() { "${@//@/$copy}"; }
    copy=$file
    "${@//@/$file}" >"$place/expected"
    for copy in "$place"/copies/*; do
        all=$((all + 1))
        at "$@" >"$place/found" 2>"$place/err" && status=0 || status=$?
        if [ $status -eq 0 ]; then
            harmless=$((harmless + 1))
            if ! cmp -s "$place/expected" "$place/found" || [ "$(head -c 4 "$file" | od -An -tx1)" != " 28 b5 2f fd" ]; then
                echo "$* of ${copy##*/}: not noticed"
                return 1
            fi
        elif [ $status -ne 1 ] || [ "$(wc -l <"$place/err")" -ne 1 ] || ! grep -qF "$copy" "$place/err" || [ -s "$place/found" ]; then
            echo "$* of ${copy##*/}: status $status"
            cat "$place/err"
            return 1
        fi
    done
    [ $all -ge 4 ]
    [ $((harmless * 10)) -le $all ]
}

@test "integrity: manifest" {
    noticed m.tsv 40 preprocess -q --size 8 @
    noticed m.tsv 40 audit -q @
    noticed m.tsv 40 report -q --metrics metrics.json --manifest @
    noticed m.tsv 5 train-head -q -n 4 -e 1 -j 1 --manifest @ features
    train-head -q -n 4 -e 1 -j 1 --manifest m.tsv -o head-of-manifest features
    noticed m.tsv 5 evaluate -q --resamples 0 --manifest @ head-of-manifest features
}

@test "integrity: images" {
    noticed images 40 quickcheck_all @
    noticed images 6 extracted -m mobilenetv2 -w seeded:1 @
    rm -f extracted.out
}

# Standard output may have started before damage is found; a file is written completely or not at all.
extracted() { # OPTION...
    rm -f extracted.out
    extract-features -q -j 1 -o extracted.out "$@" && cat extracted.out
}

# The output of quickcheck for a sound file; nothing for a damaged one.
quickcheck_all() {
    local shown
    shown=$(quickcheck "$1") || return 1
    echo "${shown#*$'\n'}"
}

@test "integrity: features" {
    noticed features 40 quickcheck_all @
    noticed features 6 train-head -q -n 4 -e 1 -j 1 @
    noticed features 6 evaluate -q --resamples 0 head @
    noticed features 6 predict -q -f @ head
}

@test "integrity: head and calibration" {
    noticed head 40 quickcheck_all @
    noticed head 6 evaluate -q --resamples 0 @ features
    noticed head 6 predict -q -f features @
    noticed calibration 40 quickcheck_all @
    noticed calibration 10 predict -q -f features -c @ head
}

@test "integrity: checkpoint" {
    # Every run continues from its own copy, which the end of training removes.
    go_on() {
        cp "$1" "$1.own"
        train-head -q -n 8 -e 3 -j 1 --checkpoint "$1.own" features
    }
    noticed checkpoint 40 quickcheck_all @
    noticed checkpoint 10 go_on @
}

@test "integrity: weights" {
    # The imported file contains the digest of its source, so only its values are compared.
    imported() { import-weights -q -m mobilenetv2 "$1" >own && zstd -dqc own | tail -c 1000000 | sha256sum; }
    noticed weights 2 extracted -m mobilenetv2 -w @ images
    noticed weights 0 imported @
}

@test "integrity: predictions" {
    noticed p.tsv 40 report -q --metrics metrics.json --predictions @
    noticed p.tsv 40 compare -q --resamples 10 -n a,b @ other-p.tsv
    noticed p.tsv 5 evaluate -q --resamples 0 --pooled @
    noticed_only p.tsv 5 explain -q -i images -p @ -w weights -n 1 -o explained head
    [ ! -e explained ]
}

# The same as noticed, for a command without an output of its own.
noticed_only() {
    local place=$BATS_TEST_TMPDIR/damage copy file=$1
    rm -rf "$place" && mkdir "$place"
    damage "$file" "$2" "$place"
    shift 2
    for copy in "$place"/*; do
        fails 1 "$copy" "${@//@/$copy}"
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
    done
}

@test "integrity: metrics, history, findings, comparison, heat maps" {
    noticed metrics.json 80 report -q --metrics @
    noticed history.tsv 40 report -q --metrics metrics.json --history @
    noticed audit.tsv 40 report -q --metrics metrics.json --audit @
    noticed compare.json 40 report -q --compare --tests @ metrics.json other-metrics.json
    noticed metrics.json 30 report -q --compare @ other-metrics.json
    # The files of the folder cannot have other names.
    cp -r maps.d intact
    for file in explain.tsv "$(basename "$(ls maps.d/gradcam* | head -n 1)")"; do
        rm -rf copies
        damage "maps.d/$file" 60 copies
        for copy in copies/*; do
            cp "$copy" "intact/$file"
            fails 1 "intact/" report -q --metrics metrics.json --explain intact -o none.html
            [ "$(wc -l <<<"$stderr")" -eq 1 ]
            [ ! -e none.html ]
        done
        cp "maps.d/$file" "intact/$file"
    done
    report -q --metrics metrics.json --explain intact >/dev/null
}

@test "integrity: files that make keeps: experiment and digests" {
    printf '#hilum-experiment 1\nkind\tname\tvalue\nknob\tSEED\t1\nfile\tm.tsv\tsha256:1234\n#sha256\t\n' >experiment.tsv
    renew_checksum experiment.tsv
    # It prints what it reads.
    unchanged() { "$ROOT/scripts/unchanged" "$1" && cat "$1"; }
    noticed experiment.tsv 40 unchanged @
    # A damaged cache causes a warning, and the digest is correct.
    touch -d '1 hour ago' p.tsv
    sleep 2.1
    digest -q --cache cache p.tsv >digest-of-p
    damage cache/* 40 spoiled
    for copy in spoiled/*; do
        cp "$copy" "$(echo cache/*)"
        run --separate-stderr digest -q --cache cache p.tsv
        [ "$status" -eq 0 ] && [ "$output" = "$(cat digest-of-p)" ]
        [[ ${stderr_lines[0]} == "digest: warning: "*"$(basename cache/*)"* ]]
    done
}

@test "integrity: the cache of split and audit" {
    sleep 2.1
    audit -q --cache prints -o audit-filled.tsv m.tsv
    cmp audit-filled.tsv audit.tsv
    cp prints/* filled
    damage filled 60 spoiled-prints
    local warnings=0 all=0
    for copy in spoiled-prints/*; do
        cp "$copy" "$(echo prints/*)"
        run --separate-stderr audit -q --cache prints -o audit-again.tsv m.tsv
        [ "$status" -eq 0 ]
        cmp audit-again.tsv audit.tsv
        all=$((all + 1))
        [ -z "$stderr" ] || warnings=$((warnings + 1))
        [[ $stderr == "" || $stderr == "audit: warning: prints/"*": all images are read again" ]]
    done
    [ $((10 * (all - warnings))) -le "$all" ] # bytes without meaning are in the frame's header
}

@test "integrity: a changed file is reported as changed; without its last line it counts as the user's own" {
    sed 's/\tPNEUMONIA\t/\tNORMAL\t/' p.tsv >changed.tsv
    fails 1 'changed.tsv: changed since it was written: its last line, #sha256, does not match the lines above' \
        compare -n a,b changed.tsv p.tsv
    sed 's/^#samples.*/#note\tmine/' m.tsv >edited.tsv
    fails 1 'edited.tsv: changed since it was written' preprocess -o out edited.tsv
    without_checksum edited.tsv >mine.tsv
    preprocess -q --size 32 -o own-images mine.tsv
    cmp <(zstd -dqc own-images | tail -c 10000) <(zstd -dqc images | tail -c 10000)
}

@test "integrity: a table that was truncated before its last line does not pass for one made by hand" {
    local cut='cut short, or changed by hand: expected #sha256 as the last line'
    for file in p.tsv history.tsv audit.tsv; do
        sed '$d' "$file" >"short-$file"
    done
    mkdir short.d
    cp maps.d/* short.d
    sed -i '$d' short.d/explain.tsv
    fails 1 "short-p.tsv: $cut" compare -n a,b short-p.tsv p.tsv
    fails 1 "short-p.tsv: $cut" evaluate -o out --pooled short-p.tsv
    fails 1 "short-p.tsv: $cut" explain -i images -p short-p.tsv -w weights -o out head
    fails 1 "short-history.tsv: $cut" report -q --metrics metrics.json --history short-history.tsv -o out
    fails 1 "short-audit.tsv: $cut" report -q --metrics metrics.json --audit short-audit.tsv -o out
    fails 1 "short.d/explain.tsv: $cut" report -q --metrics metrics.json --explain short.d -o out
    [ ! -e out ]
    # Without provenance it is the user's own.
    grep -v '^#provenance' short-p.tsv >own-p.tsv
    compare -q --resamples 10 -n a,b own-p.tsv p.tsv >/dev/null
}

# ---- files that do not belong together ----

# apart PATTERN A B COMMAND...: refused in one line that matches and contains both names
apart() {
    local pattern=$1 a=$2 b=$3
    shift 3
    fails 1 "$pattern" "$@"
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    if ! grep -qF -- "$a" <<<"$stderr" || ! grep -qF -- "$b" <<<"$stderr"; then
        echo "expected '$a' and '$b', found: $stderr"
        return 1
    fi
}

@test "mixing: features of other weights, another layer, other images" {
    apart 'feature spaces differ in weights' other-features head evaluate -o out head other-features
    apart 'feature spaces differ in' other-cut head evaluate -o out head other-cut
    apart 'feature spaces differ in weights' other-features head predict -o out -f other-features head
    extract-features -q -m mobilenetv2 -w weights -o nearest-features other-images
    apart 'feature spaces differ in filter: .* has nearest, .* has bilinear' nearest-features head evaluate -o out head nearest-features
    apart 'weights' seeded:1 head predict -o out -w seeded:1 head set/NORMAL/*
    apart 'filter' other-images head explain -i other-images -w weights -o out head NORMAL/x
    apart 'feature spaces differ in weights' seeded:2 head explain -i images -p p.tsv -w seeded:2 -o out head
    [ ! -e out ]
}

@test "mixing: another split, another head, another run" {
    apart 'expected the same' --manifest 'the file itself' evaluate -o out --manifest other-split.tsv head features
    apart 'it belongs to another head than head' other-calibration head predict -o out -f features -c other-calibration head
    apart 'expected train-head --seed 1, found train-head --seed 2' other-p.tsv metrics.json report -o out --metrics metrics.json --predictions other-p.tsv
    apart 'expected split --seed 1, found split --seed 2' other-split.tsv metrics.json report -o out --metrics metrics.json --manifest other-split.tsv
    train-head -q -n 4 -e 1 -j 1 --history other-history.tsv -o spare features
    apart 'expected train-head --neurons 8, found train-head --neurons 4' other-history.tsv metrics.json report -o out --metrics metrics.json --history other-history.tsv
    audit -q -o other-audit.tsv other-split.tsv
    apart 'expected split --seed 1, found split --seed 2' other-audit.tsv metrics.json report -o out --metrics metrics.json --audit other-audit.tsv
    apart '' other-p.tsv head explain -i images -p other-p.tsv -w weights -o out head
    evaluate -q --resamples 0 --subset val -p val.tsv -o val.json head features
    fails 1 'val.tsv: has no sample of the subset' compare -n a,b p.tsv val.tsv
    [ ! -e out ]
}

@test "mixing: other classes" {
    cp -r set others
    mv others/NORMAL others/HEALTHY
    split -q --exact -o classes.tsv others
    preprocess -q --size 32 classes.tsv | extract-features -q -m mobilenetv2 -w weights -o class-features
    train-head -q -n 4 -e 1 -j 1 -o class-head class-features
    evaluate -q --resamples 0 -p class-p.tsv -o class-metrics.json class-head class-features
    apart "classes differ: number 0 is 'HEALTHY' in class-features, 'NORMAL' in head" class-features head evaluate -o out head class-features
    apart 'classes differ' p.tsv class-p.tsv compare -n a,b p.tsv class-p.tsv
    apart 'classes' class-p.tsv metrics.json report -o out --metrics metrics.json --predictions class-p.tsv
    apart 'classes' p.tsv class-p.tsv evaluate -o out --pooled p.tsv class-p.tsv
    apart '' class-features head predict -o out -f class-features head
    apart 'classes differ' images class-head explain -i images -p p.tsv -w weights -o out class-head
    apart 'classes differ' metrics.json class-metrics.json report -o out --compare metrics.json class-metrics.json
    [ ! -e out ]
}

@test "mixing: another version of a format, another file in its place" {
    for kind in predictions audit explain; do
        file=p.tsv
        [ $kind = audit ] && file=audit.tsv
        mkdir -p next && cp maps.d/* next
        [ $kind = explain ] && file=next/explain.tsv
        sed "1s/ 1\$/ 2/" $file >next.tsv
        renew_checksum next.tsv
        cp next.tsv next/explain.tsv
        case $kind in
            explain) option="--explain next" ;;
            *) option="--$kind next.tsv" ;;
        esac
        apart "expected '#hilum-$kind 1' in line 1, found '#hilum-$kind 2'" next "#hilum-$kind 2" report -o out --metrics metrics.json $option
    done
    apart "expected '#hilum-predictions 1' in line 1, found '#hilum-audit 1'" audit.tsv '#hilum-audit 1' compare -n a,b p.tsv audit.tsv
    fails 1 "not a manifest: expected '#hilum-manifest 1' in line 1" preprocess -o out p.tsv
    apart "'format': expected 'hilum-metrics 1', found 'hilum-compare 1'" compare.json hilum-metrics report -o out --metrics compare.json
    apart "'format': expected 'hilum-compare 1', found 'hilum-metrics 1'" metrics.json hilum-compare report -o out --compare --tests metrics.json metrics.json other-metrics.json
    apart "expected a file of kind 'features', found 'images'" images features train-head -o out images
    apart "expected a file of kind 'head', found 'calibration'" calibration head evaluate -o out calibration features
    [ ! -e out ]
}
