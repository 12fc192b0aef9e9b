//! What `suit inspect` shows: documents of any state of health, in five forms.
//!
//! | module | holds |
//! |---|---|
//! | `sniff` | what a file is |
//! | `document`, `lens` | every value of a document with its place, and ways to look into it |
//! | `faults` | what is wrong, and the rule behind it |
//! | `path` | `.manifest.install[3].uri` |
//! | `account` | what a device will do, in words |
//! | `model`, `view` | all that is said about a file, as data, and how it is found out |
//! | `tree`, `edn`, `hex` | forms for people |

mod account;
mod document;
mod edn;
mod faults;
pub(crate) mod hash;
mod hex;
mod lens;
mod model;
mod path;
mod sniff;
mod tree;
mod verdict;
mod view;
pub(crate) mod words;

pub(crate) use document::{Document, Id, Kind};
pub(crate) use edn::edn;
pub(crate) use hex::hex;
pub(crate) use model::{Inspection, PartView, SignerView};
pub(crate) use path::{Selection, find};
pub(crate) use sniff::{no_envelope, sniff};
pub(crate) use tree::{Tree, section, section_name};
pub(crate) use view::{locate, signers_of_block, text_view};

use model::Step;

#[cfg(test)]
pub(crate) mod tests;
