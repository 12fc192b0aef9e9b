//! Makes the files in `testvectors/`: see the README there.
//!
//! Also a library: tests build on its trees and keys.

pub mod case;
pub mod cases;
pub mod draft;
mod edit;
pub mod keys;
pub mod node;
pub mod numbers;
pub mod parse;
pub mod reports;
pub mod run;
