//! The device side of SUIT.
#![no_std]
