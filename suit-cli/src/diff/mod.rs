//! What changed between two documents: in meaning (what is authenticated), and in the envelope around it.
//!
//! Encoding doesn't matter, and can't: the strict reader takes one encoding only, so two manifests mean the same exactly
//! if their bytes are the same. The parts are compared one by one, each saying in its own words what changed; a part
//! whose bytes differ and that finds no words still gives a line, so nothing is ever passed over.
//!
//! | module | holds |
//! |---|---|
//! | `side` | one of the two documents, as it is compared |
//! | `commands` | sequences as steps on named components, so that a shifted index is no change |
//! | `script` | the edit script of two sequences |
//! | `meaning`, `people`, `envelope` | what is compared |
//! | `blocks` | which blocks of a payload changed |
//! | `model`, `print` | the result as data and as text |

mod blocks;
mod commands;
mod envelope;
mod meaning;
mod model;
mod people;
mod print;
mod script;
mod side;

pub(crate) use blocks::{Payload, block_map};
pub(crate) use model::{Changes, Comparison, Kinds, PayloadMap};
pub(crate) use side::Side;

use model::{DependencyChanges, Line};

/// The subject of the line that says that nothing changed in meaning.
const MANIFEST: &str = "manifest";

/// Dependencies inside of dependencies that are compared.
const DEPTH_MAX: usize = 4;

impl Changes {
    /// All that changed from one document to the other.
    pub(crate) fn between(old: &Side<'_>, new: &Side<'_>) -> Self {
        Self::at_depth(old, new, 0)
    }

    fn at_depth(old: &Side<'_>, new: &Side<'_>, depth: usize) -> Self {
        let mut changes = Self { meaning: meaning::compare(old, new), ..envelope::compare(old, new) };
        if changes.meaning.is_empty() {
            changes.same.push(Line::same(MANIFEST, "the same, byte for byte"));
        }
        if depth < DEPTH_MAX {
            for (name, old, new) in Side::shared_dependencies(old, new) {
                let inner = Self::at_depth(&old, &new, depth + 1);
                if inner.differ() {
                    changes.dependencies.push(DependencyChanges { name, changes: inner });
                }
            }
        }
        changes
    }

    /// Leaves out what is not asked for.
    pub(crate) fn keep(&mut self, kinds: Kinds) {
        if !kinds.meaning {
            self.meaning.clear();
            self.same.retain(|line| line.subject != MANIFEST);
        }
        if !kinds.envelope {
            // Payloads in an envelope are of the envelope, and so is all that is inside of them.
            self.envelope.clear();
            self.dependencies.clear();
            self.same.retain(|line| line.subject == MANIFEST);
        }
    }

    /// Whether anything changed.
    pub(crate) fn differ(&self) -> bool {
        !(self.meaning.is_empty() && self.envelope.is_empty() && self.dependencies.is_empty())
    }
}

#[cfg(test)]
mod tests;
