#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# predict, on phantoms and a backbone with seeded weights. Calibration is tested in
# tests/parity/test_classify.c, names and order in tests/unit/predict.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 16 96
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 4 -n 8 -o head features
    evaluate -q --subset all -p predictions.tsv -o m.json head features 2>/dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    for f in data head features predictions.tsv; do
        ln -s "$BATS_FILE_TMPDIR/$f" .
    done
}

# rows FILE: image and probability of a worklist; expected_rows: of the predictions, with the prefix data/
rows() { grep -v '^[#-]' "$1" | tail -n +2 | cut -f 2,3; }
expected_rows() { grep -v '^#' predictions.tsv | tail -n +2 | awk -F '\t' -v OFS='\t' '{ print "data/" $1, $7 }'; }

# A head with 576 inputs that claims a layer with 384 channels.
of_another_width() {
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -l block_12_expand_relu -o of-12 "$BATS_FILE_TMPDIR/images"
    train-head -q -j 1 -e 1 -n 4 -o head-of-12 of-12
    zstd -dqc head-of-12 | LC_ALL=C sed 's/block_12_expand_relu/block_10_expand_relu/g' >plain
    zstd -q plain -o narrow
}

# alike A B: the same names and, to 1e-6, the same probabilities, in any order
alike() {
    paste <(sort "$1") <(sort "$2") | awk -F '\t' '
        $1 != $3 || $2 - $4 > 1e-6 || $4 - $2 > 1e-6 { print; bad = 1 } END { exit bad || !NR }'
}

@test "predict and explain: a head whose width does not match its feature space is refused" {
    of_another_width
    local why='widths differ: seeded:1 has features of 384 values, narrow takes 576'
    fails 1 "$why" predict -w seeded:1 -o out narrow data
    fails 1 "$why" explain -i "$BATS_FILE_TMPDIR/images" -w seeded:1 -o out narrow "$(sample)"
    fails 1 "$why" explain -i "$BATS_FILE_TMPDIR/images" -w seeded:1 --occlusion -o out narrow "$(sample)"
    [ ! -e out ]
}

# sample: one of the images
sample() { grep -v '^#' predictions.tsv | sed -n '2s/\t.*//p'; }

@test "predict: the same probabilities as evaluate, the highest first" {
    predict -q -j 1 -w seeded:1 -o list.tsv head data
    [ "$(head -n 1 list.tsv)" = "#hilum-worklist 1" ]
    rows list.tsv >found
    expected_rows >expected
    alike found expected
    cut -f 2 found | sort -c -g -r
    [ "$(grep -v '^#' list.tsv | tail -n +2 | cut -f 1)" = "$(seq "$(wc -l <expected)")" ]
    # Classes by the largest probability, as in evaluate.
    diff <(grep -v '^#' list.tsv | tail -n +2 | cut -f 2,4 | sort) \
        <(grep -v '^#' predictions.tsv | tail -n +2 | awk -F '\t' -v OFS='\t' \
            '{ print "data/" $1, $5 }' | sort)
}

@test "predict: exactly the same probabilities from features" {
    predict -q -j 1 -f features -o list.tsv head
    diff <(rows list.tsv | sort) <(expected_rows | sed 's#^data/##' | sort)
    predict -q -j 1 -f - head <features >piped.tsv
    cmp list.tsv piped.tsv
}

@test "predict: batch size, threads and order of names do not change the list" {
    predict -q -j 1 -w seeded:1 head data >a.tsv
    predict -q -j 2 -b 3 -w seeded:1 head data >b.tsv
    alike <(rows a.tsv) <(rows b.tsv)
    find -L data -name '*.png' | shuf --random-source=head | predict -q -w seeded:1 head - >c.tsv
    alike <(rows a.tsv) <(rows c.tsv)
    predict -q -j 1 -w seeded:1 head data >again.tsv
    cmp a.tsv again.tsv
    predict -q -j 5 -b 1 -w seeded:1 head data >b1.tsv
    alike <(rows a.tsv) <(rows b1.tsv)
    # More than are classified together.
    [ "$(rows a.tsv | wc -l)" -eq 28 ]
    cp -rL data more
    for i in 1 2 3; do cp -rL data "more/$i"; done
    predict -q -j 3 -w seeded:1 head more >many.tsv
    for folder in more more/1 more/2 more/3; do
        alike <(rows a.tsv) <(rows many.tsv | grep -P "^$folder/[A-Z]" | sed "s#^$folder/#data/#")
    done
}

@test "predict: names with blanks, quotes, tabs, line breaks and letters of any kind" {
    one=$(find -L data -name '*.png' | sort | head -n 1)
    mkdir odd
    names=($'odd/a b.png' $'odd/q\'"uo.png' $'odd/t\tb.png' $'odd/l\nf.png' $'odd/Größe.png' 'odd/-.png')
    for n in "${names[@]}"; do
        cp "$one" "$n"
    done
    predict -q -j 1 -w seeded:1 head odd >folder.tsv
    [ "$(rows folder.tsv | wc -l)" -eq 6 ]
    grep -qF $'\todd/t\\tb.png\t' folder.tsv
    grep -qF $'\todd/l\\nf.png\t' folder.tsv
    printf '%s\0' "${names[@]}" | predict -q -j 1 -0 -w seeded:1 head - >list.tsv
    alike <(rows folder.tsv) <(rows list.tsv)
    predict -q -j 1 -w seeded:1 --page page.html head "${names[@]}" >named.tsv
    alike <(rows folder.tsv) <(rows named.tsv)
    grep -qF 'odd/q&#39;&quot;uo.png' page.html
    grep -qF 'odd/Größe.png' page.html
}

@test "predict: an unreadable file ends the run, or is at the end of the list" {
    mkdir new
    cp "$(find -L data -name '*.png' | sort | head -n 1)" new/good.png
    head -c 300 new/good.png >new/cut.png
    echo text >new/text.jpg
    fails 1 'new/cut.png: ' predict -q -w seeded:1 -o list.tsv --page page.html head new
    [ ! -e list.tsv ] && [ ! -e page.html ]
    run --separate-stderr predict -q -j 1 --on-error skip -w seeded:1 -o list.tsv \
        --page page.html head new gone.png
    [ "$status" -eq 0 ]
    [[ $stderr == *'images that cannot be read: 3 of 4; the first: new/cut.png: '* ]]
    [ "$(tail -n +2 <(grep -v '^#' list.tsv) | cut -f 1,2 | tr '\t\n' '  ')" = \
        "1 new/good.png - new/cut.png - new/text.jpg - gone.png " ]
    [ "$(grep -c $'\tunreadable\t' list.tsv)" -eq 3 ]
    grep -q $'gone.png\t-\t-\t-\tunreadable\t.*No such file' list.tsv
    grep -q 'Images that cannot be read: 3' page.html
    # Only such files: a list of reasons, and no success.
    fails 1 '^predict: none of the images can be read; the first of 1: gone.png: .*No such file' \
        predict -q --on-error skip -w seeded:1 -o none.tsv head gone.png
    [ "$(grep -vc '^#' none.tsv)" -eq 2 ]
    fails 1 '^predict: none of the images can be read; the first of 2: new/cut.png: ' \
        predict -q --on-error skip -w seeded:1 -o none.tsv head new/cut.png gone.png
    [ "$(grep -c $'\tunreadable\t' none.tsv)" -eq 2 ]
}

@test "predict: a threshold changes the predicted classes and nothing else" {
    predict -q -j 1 -w seeded:1 head data >a.tsv
    predict -q -j 1 -w seeded:1 --threshold 0.75 head data >b.tsv
    cmp <(rows a.tsv) <(rows b.tsv)
    grep -q $'^#threshold\t0.75$' b.tsv
    grep -v '^#' b.tsv | tail -n +2 |
        awk -F '\t' '($3 >= 0.75) != ($4 == "PNEUMONIA") { exit 1 }'
    predict -q -j 1 -w seeded:1 --positive NORMAL head data >c.tsv
    grep -q $'^#positive\tNORMAL$' c.tsv
    paste <(rows a.tsv | sort) <(rows c.tsv | sort) | awk -F '\t' \
        '{ d = $2 + $4 - 1; if ($1 != $3 || d > 1e-6 || -d > 1e-6) exit 1 }'
}

@test "predict: the page shows --page-rows images, with thumbnails, and is self-contained" {
    predict -q -j 1 -w seeded:1 --page page.html --page-rows 3 -o list.tsv head data
    [ "$(grep -o '<img [^>]*src="data:image/png;base64,' page.html | wc -l)" -eq 3 ]
    grep -q "The first 3 of $(rows list.tsv | wc -l) images" page.html
    grep -q 'not a medical device' page.html
    grep -q 'Untrained backbone: pseudo-random weights seeded:1' page.html
    grep -q 'No calibration' page.html
    ! grep -Eq '(src|href)="?(https?:|//|/)|<script' page.html
    predict -q -j 1 -f features --page p.html -o l.tsv head
    ! grep -q '<img' p.html
}

@test "predict: colours become grey if those of the head's images did" {
    one=$(find -L data -name '*.png' | sort | head -n 1)
    preprocess -q --size 96 --channels 1 -o grey "$BATS_FILE_TMPDIR/m.tsv" --root data
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o f grey
    train-head -q -j 1 -e 1 -n 8 -o greyhead f
    predict -q -j 1 -w seeded:1 greyhead "$DATA/images/rgb-444.jpg" >a.tsv
    # The same file as grey, through a manifest.
    mkdir -p one/NORMAL one/PNEUMONIA
    cp "$DATA/images/rgb-444.jpg" one/NORMAL/a.jpg
    cp "$one" one/PNEUMONIA/b.png
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n%s\ttest\n%s\ttest\n' \
        $'NORMAL/a.jpg\tNORMAL\ta' $'PNEUMONIA/b.png\tPNEUMONIA\tb' |
        preprocess -q --root one --size 96 --channels 1 -o i
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o g i
    predict -q -j 1 -f g greyhead >c.tsv
    awk -F '\t' -v a="$(rows a.tsv | cut -f 2)" -v c="$(rows c.tsv | grep a.jpg | cut -f 2)" \
        'BEGIN { d = a - c; exit !(c > 0 && d < 1e-6 && d > -1e-6) }'
}

@test "predict: a head on standardised features gives the same probabilities as evaluate" {
    train-head -q -j 1 -e 4 -n 8 --standardize yes -o standardized features
    evaluate -q --subset all -p own.tsv -o m.json standardized features 2>/dev/null
    predict -q -j 1 -f features standardized >list.tsv
    alike <(rows list.tsv) <(grep -v '^#' own.tsv | tail -n +2 | cut -f 1,7)
    train-head -q -j 1 -e 4 -n 8 --standardize no -o plain features
    run cmp <(rows list.tsv | sort) <(predict -q -j 1 -f features plain | rows /dev/stdin | sort)
    [ "$status" -eq 1 ]
}

@test "predict: a head with fine-tuned layers, and one on a TorchScript module" {
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 --unfreeze 4 -o cut "$BATS_FILE_TMPDIR/images"
    train-head -q -j 1 -e 1 -n 8 --unfreeze 4 -w seeded:1 -o tailed cut
    predict -q -j 1 -w seeded:1 tailed data >a.tsv
    predict -q -j 1 -f cut tailed >b.tsv
    alike <(rows a.tsv) <(rows b.tsv | sed 's#^#data/#')
    maps=$DATA/torchscript/maps.pt
    extract-features -q -m "$maps" --allow-code --normalize raw -o f "$BATS_FILE_TMPDIR/images"
    train-head -q -j 1 -e 1 -n 4 -o scripted f
    predict -q -j 1 -w "$maps" --allow-code scripted data >c.tsv
    predict -q -j 1 -f f scripted >d.tsv
    alike <(rows c.tsv) <(rows d.tsv | sed 's#^#data/#')
    fails 1 'is a program that would run here' predict -w "$maps" scripted data
    fails 1 'expected the TorchScript module of scripted' \
        predict -w "$DATA/torchscript/vectors.pt" --allow-code scripted data
}

@test "predict: inputs that do not belong together are refused" {
    fails 1 "differ in weights: seeded:2 has seeded:2" predict -w seeded:2 head data
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -p max -o max "$BATS_FILE_TMPDIR/images"
    fails 1 "differ in pool" predict -f max head
    fails 1 "features: " predict -c features -w seeded:1 head data
    fails 1 "--positive: expected a class of head, found 'COVID'" \
        predict --positive COVID -w seeded:1 head data
    mkdir empty
    touch empty/notes.txt
    fails 1 'no images found' predict -w seeded:1 head empty
    fails 1 'no images found' predict -w seeded:1 head - </dev/null
}

@test "predict: wrong usage exits with 2" {
    fails 2 'missing operand: images' predict -w seeded:1 head
    fails 2 'missing option: --weights' predict head data
    fails 2 '--features and --weights' predict -f features -w seeded:1 head
    fails 2 '--features and --depth: no image is read' predict -f features --depth full head
    fails 2 "unexpected operand 'data'" predict -f features head data
    fails 2 '--operating: expected --calibration' predict --operating x -w seeded:1 head data
    fails 2 'both determine the threshold' \
        predict --operating x --threshold 0.5 -c c -w seeded:1 head data
    fails 2 '--threshold: expected a probability' predict --threshold 2 -w seeded:1 head data
    fails 2 'only one input' predict -w seeded:1 - -
    fails 2 "page" predict -w seeded:1 --page list -o list head data
}

@test "predict: - in a list is the file of that name, not standard input again" {
    one=$(ls data/NORMAL/* | head -n 1)
    cp "$one" ./-
    printf '%s\n' - "$one" | predict -q -j 1 -w seeded:1 -o list.tsv head -
    [ "$(rows list.tsv | cut -f 1 | sort)" = "$(printf '%s\n' - "$one")" ]
    [ "$(rows list.tsv | cut -f 2 | uniq | wc -l)" -eq 1 ]
    rm ./-
    fails 1 '^predict: -: cannot be read: No such file' predict -q -w seeded:1 -o no head - <<<-
    [ ! -e no ]
}

@test "predict: a list may have the line ends of Windows; names ending with CR need --null" {
    ls data/*/* >list
    predict -q -j 1 -w seeded:1 head - <list >a.tsv
    { printf '\xef\xbb\xbf'; sed 's/$/\r/' list; } | predict -q -j 1 -w seeded:1 head - >b.tsv
    cmp a.tsv b.tsv
    fails 1 'standard input: line 2 ends in LF: expected CR LF' \
        predict -w seeded:1 head - <<<"$(sed '1s/$/\r/' list)"
    fails 1 'standard input: expected UTF-8 text, found UTF-16' \
        bash -c '{ printf "\xff\xfe"; sed "s/./&\x00/g" list; } | predict -w seeded:1 head -'
    cp "$(head -n 1 list)" $'odd\r'
    printf 'odd\r\0' | predict -q -j 1 -0 -w seeded:1 head - >c.tsv
    [ "$(rows c.tsv | cut -f 1)" = 'odd\r' ]
}

@test "predict and explain: no message mentions --normalize, which they do not have" {
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 --normalize raw -o raw "$BATS_FILE_TMPDIR/images" 2>err
    grep -q 'warning: --normalize raw: mobilenetv2 was trained with tf' err
    train-head -q -j 1 -e 1 -n 4 -o of-raw raw
    run --separate-stderr predict -j 1 -w seeded:1 -o list.tsv of-raw data
    [ "$status" -eq 0 ]
    [[ $stderr != *normalize* ]]
    run --separate-stderr explain -j 1 -i "$BATS_FILE_TMPDIR/images" -w seeded:1 -o maps of-raw "$(sample)"
    [ "$status" -eq 0 ]
    [[ $stderr != *normalize* ]]
}

@test "predict: images of 12 bits are read as for the head, and --depth checks that" {
    mkdir depth && cd depth
    local deep=$ROOT/tests/hostile/image/png-12-of-16-bit
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n%s\tnormal\tp\ttrain\n%s\tB\tq\ttrain\n' "$deep" "$DATA/images/grey-8.png" >m.tsv
    for depth in auto full 12 16; do
        preprocess -q --depth $depth --size 32 -o images m.tsv
        extract-features -q -m mobilenetv2 -w seeded:1 -o features images
        train-head -q -e 1 --history h.tsv -o head-$depth features 2>/dev/null
        predict -q -w seeded:1 -o list-$depth.tsv head-$depth "$deep"
        predict -q -w seeded:1 --depth $depth -o again.tsv head-$depth "$deep"
        cmp list-$depth.tsv again.tsv
        # As the features of the same image, which preprocess has read.
        predict -q -o from-features.tsv -f features head-$depth
        p() { awk -F '\t' -v name="$deep" '$2 == name { print $3 }' "$1"; }
        [ -n "$(p list-$depth.tsv)" ]
        [ "$(p list-$depth.tsv)" = "$(p from-features.tsv)" ]
    done
    fails 1 'head-auto: its images were read with --depth auto: expected that, found --depth full' \
        predict -q -w seeded:1 --depth full -o out head-auto "$deep"
    fails 1 'head-12: .*--depth 12: expected that, found --depth 14' predict -q -w seeded:1 --depth 14 -o out head-12 "$deep"
    fails 1 'feature spaces differ in depth: .*full' evaluate -q --resamples 0 -o out head-auto features
    # Images without a depth of their own are in the feature space that they always were in.
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n%s\tA\tp\ttrain\n' "$DATA/images/ramp-16.png" >m.tsv
    for depth in auto full 16; do
        preprocess -q --depth $depth --size 32 -o images-$depth m.tsv
        ! zstd -qdc images-$depth | head -c 2000 | grep -aq 'feature_space":"{[^}]*depth'
    done
    ! zstd -qdc images-auto | head -c 2000 | grep -aq -- --depth
    # For their head, the choice that was made holds for images where it matters.
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n%s\tA\tp\ttrain\n%s\tB\tq\ttrain\n' "$DATA/images/ramp-16.png" "$DATA/images/grey-8.png" >m.tsv
    for depth in auto full 16; do
        preprocess -q --depth $depth --size 32 -o images m.tsv
        extract-features -q -m mobilenetv2 -w seeded:1 -o features images
        train-head -q -e 1 --standardize no --positive B --history h.tsv -o head features 2>/dev/null
        used=$(sed s/16/full/ <<<$depth)
        for chosen in head $depth $used; do
            predict -q -w seeded:1 --depth $chosen -o list.tsv head "$deep"
            p list.tsv >p-$chosen-of-$used
        done
        cmp p-head-of-$used p-$used-of-$used
        for chosen in auto full 12; do
            [ $chosen = $used ] || fails 1 "its images were read with --depth $used: expected that, found --depth $chosen" \
                predict -q -w seeded:1 --depth $chosen -o out head "$deep"
        done
    done
    ! cmp -s p-head-of-auto p-head-of-full
}
