//! Payloads out of raw binaries, ELF and Intel HEX.
