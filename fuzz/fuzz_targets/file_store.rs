#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cognito_integration_tests::fuzz::file_store(data));
