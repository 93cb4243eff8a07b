# SPDX-License-Identifier: BSD-2-Clause
# What brings about the messages of docs/faq.md: a message block named NAME there, a function say_NAME here. They run in a
# checkout without data and results, after a_run.

small=(MODEL=mobilenetv2 SIZE=64 EPOCHS=2 RESAMPLES=20 EXPLAIN=0 WEIGHTS=seeded:1 QUIET=-q)

a_run() {
    build/bin/phantom -q -n 30 --min-size 100 --max-size 120 set
    make -s all "${small[@]}" DATA=set RUN=run
}

# in_folders PART: the set with subset folders; every PARTth image is for the test, one for validation if there is a third
# argument. Images of a patient come apart.
in_folders() {
    local class file n=0
    for class in NORMAL PNEUMONIA; do
        mkdir -p "$2"/{train,test,val}/"$class"
        for file in set/"$class"/*; do
            if ((++n % $1 == 0)); then
                cp "$file" "$2/test/$class"
            elif [ $# -eq 3 ] && ((n % $1 == 1)); then
                cp "$file" "$2/val/$class"
            else
                cp "$file" "$2/train/$class"
            fi
        done
    done
}

say_gnuplot() { PATH=/nowhere build/bin/report -q --metrics results/run/metrics.json -o r.html; }
say_unknown_knob() { make all NEURON=64; }
say_bad_value() { make -s all "${small[@]}" DATA=set RUN=run LR=fast; }
say_no_data() { make all DATA=nothing; }
say_other_data() { mkdir -p b && cp -r set b && make -s all "${small[@]}" DATA=set && make -s all "${small[@]}" DATA=b/set; }
say_one_class() { mkdir one && cp -r set/NORMAL one && build/bin/split one; }
say_masks() {
    mkdir -p covid/{COVID,Normal}
    for part in images masks; do
        cp -r set/PNEUMONIA covid/COVID/$part
        cp -r set/NORMAL covid/Normal/$part
    done
    build/bin/split covid
}
say_no_patients() {
    mkdir -p names/{A,B}
    local n=0 file
    for file in set/NORMAL/*; do cp "$file" "names/A/x$((++n)).png"; done
    for file in set/PNEUMONIA/*; do cp "$file" "names/B/x$((++n)).png"; done
    build/bin/split names
}
say_positive() {
    mkdir kinds
    cp -r set/NORMAL kinds/virus
    cp -r set/PNEUMONIA kinds/bacteria
    make -s all "${small[@]}" DATA=kinds
}
say_leak() { in_folders 3 leak && make -s all "${small[@]}" DATA=leak SUBSETS=folders; }
say_few_validation() { in_folders 3 few val && build/bin/split --subsets folders few; }
say_bad_image() {
    cp -r set bad
    local file
    file=$(find bad/NORMAL -name '*.png' | sort | head -n 1)
    head -c 1000 "$file" >cut && mv cut "$file"
    build/bin/split -q bad | build/bin/preprocess -q -m mobilenetv2 >images
}
say_other_format() {
    cp -r set tiff
    local file
    file=$(find tiff/NORMAL -name '*.png' | sort | head -n 1)
    printf 'II*\0' >"$file"
    build/bin/split -q tiff | build/bin/preprocess -q -m mobilenetv2 >images
}
say_download() { HILUM_WEIGHTS_URL=http://127.0.0.1:1 data/fetch-weights mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5; }
say_wrong_weights() {
    zstd -qd "$ROOT/tests/parity/data/mobilenetv2_notop.keras2.h5.zst" -o weights.h5
    build/bin/extract-features -q -m vgg16 -w weights.h5 results/run/images.safetensors.zst >features
}
say_space() {
    build/bin/extract-features -q -m vgg16 -w seeded:1 -o other.safetensors.zst results/run/images.safetensors.zst &&
        build/bin/evaluate results/run/head.safetensors.zst other.safetensors.zst
}
say_torchscript() { touch net.pt && make -s all DATA=set MODEL=net.pt SIZE=64 NORMALIZE=unit; }
say_collapse() {
    build/bin/train-head -q --epochs 1 --min-steps 0 --lr 1e6 --l2 0 --neurons 0 --optimizer sgd --standardize no \
        results/run/features.safetensors.zst >h &&
        build/bin/evaluate --resamples 0 h results/run/features.safetensors.zst >m
}
say_ood() {
    mkdir odd && cp "$ROOT/tests/data/images/"{rgb-8,ramp-16,grey-8}.png odd
    make -s triage HEAD=results/run/head.safetensors.zst IMAGES=odd
}
say_changed() {
    sed '6s/0\./1./' results/run/predictions.tsv >p.tsv
    build/bin/compare results/run/predictions.tsv p.tsv
}
say_truncated() { head -c 1000 results/run/head.safetensors.zst >cut.zst && build/bin/quickcheck cut.zst; }
say_no_folder() { build/bin/split -q -o /nowhere/m.tsv set; }
say_disk_full() { build/bin/split -q -o /dev/full set; }
say_memory() {
    ulimit -v 150000
    build/bin/extract-features -q -m vgg16 -w seeded:1 -o x results/run/images.safetensors.zst
}
