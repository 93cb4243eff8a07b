#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# preprocess --shard and join: whatever the shards, the result is that of one call for all images.

load helpers
bats_require_minimum_version 1.5.0

# Phantoms in data/, and their manifest m.tsv.
setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 12 --min-size 60 --max-size 80 data
    split -q --exact data >m.tsv
}

setup() {
    cp -r "$BATS_FILE_TMPDIR/data" "$BATS_FILE_TMPDIR/m.tsv" "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
}

# rows MANIFEST: the paths of its images
rows() { grep -v '^#' "$1" | tail -n +2 | cut -f 1; }

# cut_into N OPTION...: the shards image-1 to image-N of m.tsv
cut_into() {
    local n=$1 k
    shift
    rm -f image-*
    for k in $(seq "$n"); do
        preprocess -q --shard "$k/$n" "$@" -o "image-$k" m.tsv
    done
}

# extract_all OPTION...: feature-K of each image-K
extract_all() {
    local shard
    rm -f feature-*
    for shard in image-*; do
        extract-features -q -m mobilenetv2 -w seeded:1 "$@" -o "feature-${shard#image-}" "$shard"
    done
}

# backwards FILE...: the names in the opposite order
backwards() { printf '%s\n' "$@" | tac; }

@test "shards: 1, 2, 3 and 7 are joined to the bytes of one call" {
    for options in '' '--augment 2 --seed 5' '--channels 3 --fit pad'; do
        preprocess -q --size 32 $options -o whole m.tsv
        for n in 1 2 3 7; do
            cut_into $n --size 32 $options
            join -q -o joined image-*
            cmp whole joined
            join -q $(backwards image-*) >joined
            cmp whole joined
        done
    done
    # More than 4 MB, where the frame is compressed in several jobs.
    preprocess -q --size 512 -o whole m.tsv
    cut_into 3 --size 512
    join -q -o joined image-*
    cmp whole joined
    [ "$(quickcheck whole | sed -n 's/.*images: U8.*, \([0-9]*\) bytes/\1/p')" -gt 4000000 ]
}

@test "shards: each has its rows of the manifest, and those of all are the manifest" {
    cut_into 7 --size 8
    n=$(rows m.tsv | wc -l)
    for k in 1 2 3 4 5 6 7; do
        zstd -dc image-$k | tail -c +9 | grep -a -e '^NORMAL/' -e '^PNEUMONIA/' | cut -f 1 >here-$k
        [ "$(wc -l <here-$k)" = $((k * n / 7 - (k - 1) * n / 7)) ]
    done
    cmp <(rows m.tsv) <(cat here-?)
    run -0 quickcheck image-3
    [[ $output == *'hilum.shard: {"k":3,"n":7,"rows":'$n',"images":'$n'}'* ]]
    [[ $output == *'--shard 3/7'* ]]
}

@test "shards: rejected images are those of one call, also where a shard has no other" {
    rows m.tsv >all
    n=$(wc -l <all)
    # The first and the last image, and all of the third of 7 shards.
    for i in 1 "$n" $(seq $((2 * n / 7 + 1)) $((3 * n / 7))); do
        echo junk >"data/$(sed -n "${i}p" all)"
    done
    for options in '' '--augment 1'; do
        preprocess -q --size 32 $options --on-error skip --rejects whole.tsv -o whole m.tsv 2>/dev/null
        for n in 1 2 3 7; do
            cut_into $n --size 32 $options --on-error skip 2>/dev/null
            join -q --rejects joined.tsv -o joined image-* 2>/dev/null
            cmp whole joined
            cmp whole.tsv joined.tsv
        done
        extract-features -q -m mobilenetv2 -w seeded:1 -b 4 -o f whole
        extract_all -b 4
        join -q --images joined -o g feature-*
        cmp f g
    done
    run -0 quickcheck image-3
    [[ $output == *'images: U8 [0, 32, 32, 1]'* ]]
}

@test "shards: join warns of rejects as one call does" {
    for image in data/NORMAL/*; do echo junk >"$image"; done
    cut_into 3 --size 32 --on-error skip 2>warnings
    ! grep -q 'is left' warnings
    run -0 --separate-stderr join -o joined image-*
    [[ $stderr == *'join: warning: skipped unusable images: '*' of '*'; the first: NORMAL/'* ]]
    [[ $stderr == *"join: warning: no image of class 'NORMAL' is left"* ]]
    preprocess -q --size 32 --on-error skip -o whole m.tsv 2>/dev/null
    cmp whole joined
}

@test "shards: where no image is usable, join writes the list alone, as one call does" {
    find data -type f ! -name '*.json' -exec sh -c 'for f; do echo junk >"$f"; done' sh {} +
    run ! preprocess -q --size 32 --on-error skip --rejects whole.tsv -o whole m.tsv
    cut_into 2 --size 32 --on-error skip 2>/dev/null
    fails 1 'join: none of [0-9]+ images is usable' join -q --rejects joined.tsv -o joined image-*
    cmp whole.tsv joined.tsv
    [ ! -e joined ]
}

@test "shards: more of them than rows" {
    preprocess -q --size 32 -o whole m.tsv
    cut_into 50 --size 32
    join -q -o joined image-*
    cmp whole joined
}

@test "shards: one image with colours or of 16 bits decides for all" {
    {
        printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n'
        for image in "$DATA"/images/{grey-8.png,grey-4.png,grey.jpg} "$ROOT/tests/hostile/image/png-12-of-16-bit" \
            "$DATA"/images/rgb-420.jpg; do
            printf '%s\tA\tp\ttrain\n' "$image"
        done
    } >m.tsv
    for options in '' '--channels 1' '--depth full' '--depth 12'; do
        preprocess -q --size 16 $options -o whole m.tsv
        extract-features -q -m mobilenetv2 -w seeded:1 -o features whole
        for n in 2 3 5; do
            cut_into $n --size 16 $options
            join -q -o joined image-*
            cmp whole joined
        done
        extract_all
        join -q --images whole -o joined feature-*
        cmp features joined
    done
    # Not each shard has what is in the file of all.
    preprocess -q --size 16 -o whole m.tsv
    cut_into 3 --size 16
    quickcheck whole | grep -q 'feature_space: .*"depth":"auto"'
    quickcheck whole | grep -q 'images: U8 .*, 3\]'
    ! quickcheck image-1 | grep -q '"depth"'
    quickcheck image-1 | grep -q 'images: U8 .*, 1\]'
}

@test "shards: features are those of one call" {
    preprocess -q --size 32 --augment 1 -o whole m.tsv
    for options in '' '--store f16' '--pool flatten --store bf16' '--unfreeze 3 --batch 3'; do
        extract-features -q -m mobilenetv2 -w seeded:1 $options -o features whole
        for n in 1 3 7; do
            cut_into $n --size 32 --augment 1
            extract_all $options
            join -q --images whole -o joined $(backwards feature-*)
            cmp features joined
        done
    done
}

@test "shards: what does not belong together is refused" {
    cut_into 3 --size 32
    preprocess -q --size 40 --shard 2/3 -o size m.tsv
    preprocess -q --size 32 --augment 1 --shard 2/3 -o copies m.tsv
    preprocess -q --size 32 --shard 2/4 -o four m.tsv
    sed -i '$d; s/^#samples.*/#comment/' m.tsv
    cp m.tsv all.tsv
    sed '$d' all.tsv >m.tsv
    preprocess -q --size 32 --shard 2/3 -o rows m.tsv
    preprocess -q --size 32 -o whole all.tsv
    j="join -q -o joined"
    fails 1 '^join: size: does not belong to image-1: expected preprocess --size 32x32, found preprocess --size 40x40$' \
        $j image-1 size image-3
    fails 1 '^join: copies: does not belong to image-1: expected .*, found preprocess --augment 1$' \
        $j image-1 copies image-3
    fails 1 '^join: four: does not belong to image-1: expected one of 3 shards of [0-9]+ rows, found one of 4 of [0-9]+$' \
        $j image-1 four image-3
    fails 1 '^join: rows: does not belong to image-1: expected preprocess from manifest sha256:.*, found .*sha256:' \
        $j image-1 rows image-3
    fails 1 '^join: image-1: expected all 3 shards, found 2: missing: 2$' $j image-3 image-1
    fails 1 '^join: image-3: expected all 3 shards, found 1: missing: 1, 2$' $j image-3
    cp image-2 again
    fails 1 '^join: (image-2 and again|again and image-2): expected different shards, found 2/3 twice$' \
        $j image-1 image-2 again image-3
    fails 1 '^join: whole: expected a shard, from preprocess --shard, found a whole file of images$' \
        $j image-1 whole
    [ ! -e joined ]
}

@test "shards: features of other images, and options of the other kind, are refused" {
    cut_into 2 --size 32
    extract_all
    preprocess -q --size 32 -o whole m.tsv
    preprocess -q --size 40 -o other m.tsv
    j="join -q -o joined"
    fails 1 "^join: image-2: expected a file of kind 'features', found 'images'$" $j feature-1 image-2
    fails 1 '^join: feature-1: shards of features: expected --images with the joined images' $j feature-1 feature-2
    fails 1 '^join: other: feature-1 and its other shards are not features of these images: expected preprocess --size 32x32, found preprocess --size 40x40$' \
        $j --images other feature-1 feature-2
    fails 1 '^join: image-1: expected the joined images, found shard 1/2$' \
        $j --images image-1 feature-1 feature-2
    fails 1 '^join: image-1: --images: expected shards of features with it, found images$' \
        $j --images whole image-1 image-2
    fails 1 '^join: feature-1: --rejects: expected shards of images with it, found features$' \
        $j --rejects r.tsv --images whole feature-1 feature-2
    extract-features -q -m mobilenetv2 -w seeded:2 -o weights image-2
    fails 1 '^join: weights: does not belong to feature-1: expected extract-features from weights seeded:1, found extract-features from weights seeded:2$' \
        $j --images whole feature-1 weights
    extract-features -q -m mobilenetv2 -w seeded:1 --store f16 -o half image-2
    fails 1 '^join: half: does not belong to feature-1: expected extract-features --store f32, found extract-features --store f16$' \
        $j --images whole feature-1 half
    # The same options, but an image has changed between the two calls.
    cp "data/$(rows m.tsv | tail -n 1)" "data/$(rows m.tsv | head -n 1)"
    preprocess -q --size 32 --shard 1/2 -o changed m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 -o changed-features changed
    fails 1 'are not features of these images: expected preprocess from images sha256:' \
        $j --images whole changed-features feature-2
    [ ! -e joined ] && [ ! -e r.tsv ]
}

@test "shards: one that is damaged is refused, and nothing is written" {
    cut_into 2 --size 32
    head -c -20 image-2 >short
    fails 1 '^join: short: truncated' join -q -o joined image-1 short
    zstd -dc image-2 >plain
    printf '\377' | dd of=plain bs=1 seek=$(($(stat -c %s plain) - 5)) conv=notrunc status=none
    zstd -q plain -o damaged
    fails 1 '^join: damaged: is damaged: expected data with the digest' join -q -o joined image-1 damaged
    echo junk >junk
    fails 1 '^join: junk: not a tensor file' join -q -o joined junk
    fails 1 '^join: none: cannot be read: No such file' join -q -o joined none
    fails 1 'expected a regular file, because it is read more than once' join -q -o joined <(cat image-1) image-2
    fails 2 '^join: missing operand' join -q -o joined
    fails 2 '^join: --output and SHARD: expected two different places' join -q -o image-1 image-1 image-2
    [ -z "$(find . -name 'joined*')" ]
}

@test "shards: --shard takes K/N" {
    for wrong in 0/3 4/3 3 1/ /3 1/0 -1/3 1/3/3 a/b 1/100001 ''; do
        fails 2 "^preprocess: --shard: expected K/N, whole numbers with K from 1 to N and N up to 100000, found '$wrong'" \
            preprocess -q --shard "$wrong" -o out m.tsv
    done
    preprocess -q --size 32 --shard 1/2 -o a m.tsv
    preprocess -q --size 32 --shard 01/002 -o b m.tsv
    cmp a b
}

@test "shards: nothing is trained or measured on a part of the features" {
    cut_into 2 --size 32
    extract_all
    fails 1 '^train-head: feature-1: expected the features of all images, found shard 1/2' \
        train-head -q -o head feature-1
}
