#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What the compiler and the linker do against attacks is done: for every tool, and for the library that
# has libtorch behind it.

load helpers

setup() {
    programs=("${HILUM_BIN:-$ROOT/build/bin}"/*)
    all=("${programs[@]}" "${HILUM_BIN:-$ROOT/build/bin}"/../libhilum-{torch,dicom}.so)
}

@test "hardening: programs are loaded at random addresses" {
    for p in "${programs[@]}"; do
        readelf -h "$p" | grep -q 'Type: *DYN (Position-Independent Executable' || { echo "$p"; false; }
    done
}

@test "hardening: tables of addresses are read-only before the first line runs" {
    for p in "${all[@]}"; do
        readelf -lW "$p" | grep -q GNU_RELRO && readelf -dW "$p" | grep -q BIND_NOW || { echo "$p"; false; }
    done
}

@test "hardening: no memory is both writable and executable, stacks included" {
    for p in "${all[@]}"; do
        readelf -lW "$p" | grep -q 'GNU_STACK.* RW ' || { echo "$p"; false; }
        ! readelf -lW "$p" | grep -q 'LOAD.* RWE' || { echo "$p"; false; }
    done
}

@test "hardening: stacks are guarded, and the checked functions of libc are used" {
    for p in "${all[@]}"; do
        readelf -sW --dyn-syms "$p" | grep -q __stack_chk_fail || { echo "$p"; false; }
    done
    for p in "${programs[@]}"; do
        readelf -sW --dyn-syms "$p" | grep -qE '__(sn|f|vf|vsn)printf_chk' || { echo "$p"; false; }
    done
}
