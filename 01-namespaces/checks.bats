#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 01, as a student would run it.
bats_require_minimum_version 1.5.0
load ../tests/helper

@test "01 uts: a host name of its own" {
    lab uts
    has_control
}
