#![no_main]

tokenward_fuzz_targets::target!(tokenward_fuzz::sailpoint);
