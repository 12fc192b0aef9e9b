//! Descriptions of manifests: reading them, making manifests of them, and writing them from manifests.
//!
//! ```text
//! TOML or JSON ── source ──► model ── lower ──► suit_core::owned::Manifest ── build ──► envelope
//!                                                          │
//!                                                          └── raise ──► TOML that builds it again
//! ```
//!
//! The format is documented in `docs/design/description.md`; its JSON Schema is generated from [`model`].

pub(crate) mod build;
pub(crate) mod lower;
pub(crate) mod model;
pub(crate) mod places;
pub(crate) mod raise;
pub(crate) mod rules;
pub(crate) mod values;
pub(crate) mod words;

pub(crate) use model::Description;

#[cfg(test)]
mod tests;
